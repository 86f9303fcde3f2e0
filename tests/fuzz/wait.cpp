// `rdvc wait` and `rdvc init remote` of an answer.

#include "cluster.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(wait) {
    fuzz::Laptop laptop(fuzz::text_of(data, size));
    fuzz::run_one(
        laptop, size,
        {{"wait", "12"}, {"wait", "--any", "12", "11111111"}, {"init", "remote", "--yes"}});
    return 0;
}
