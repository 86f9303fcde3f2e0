// `rdvc clean` of an answer.

#include "cluster.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(clean) {
    fuzz::Laptop laptop(fuzz::text_of(data, size));
    fuzz::run_one(laptop, size, {{"clean", "--dry-run"}, {"clean", "--json"}});
    return 0;
}
