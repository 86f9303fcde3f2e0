#include "submission/token.hpp"

#include <random>

#include <fmt/core.h>

#include "base/text.hpp"

namespace rdvc::submission {

std::string make_token() {
    std::random_device random; // getrandom or /dev/urandom with libstdc++ and libc++
    std::string token;
    for (int i = 0; i < 4; ++i)
        token += fmt::format("{:08x}", random());
    return token;
}

bool is_token(const std::string& text) {
    return text.size() == 32 && base::is_hex(text);
}

} // namespace rdvc::submission
