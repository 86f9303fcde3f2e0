// Values of -S: Hydra's grammar of sweeps.

#include "submission/sweep.hpp"
#include "support.hpp"

using namespace rdvc;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string value(fuzz::text_of(data, size));
    submission::is_sweep(value);
    const auto quoted = value.find_first_of("'\\") == std::string::npos;
    fuzz::check(!quoted || !submission::is_sweep("x='" + value + "'"),
                "a quoted text is one value");
    return 0;
}
