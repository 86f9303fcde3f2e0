// `rdvc env list` and `clear` of an answer.

#include "cluster.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(environments) {
    fuzz::Laptop laptop(fuzz::text_of(data, size));
    fuzz::run_one(laptop, size,
                  {{"env", "list"}, {"env", "list", "--json"}, {"env", "clear", "--all"}});
    return 0;
}
