// `rdvc clean` of an answer.

#include "cluster.hpp"

using namespace rdvc;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Laptop laptop(fuzz::text_of(data, size));
    fuzz::run(laptop, {"clean", "--dry-run"});
    fuzz::run(laptop, {"clean", "--json"});
    return 0;
}
