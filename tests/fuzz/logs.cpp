// `rdvc logs` and `rdvc show`: bytes stay what they are where there is no terminal.

#include "cluster.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(logs) {
    fuzz::Laptop laptop(fuzz::text_of(data, size));
    fuzz::run_one(
        laptop, size,
        {{"logs", "12"}, {"show", "12"}, {"logs", "--errors", "12"}, {"logs", "-n3", "12"}});
    return 0;
}
