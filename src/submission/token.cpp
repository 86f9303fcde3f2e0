#include "submission/token.hpp"

#include <random>

#include <fmt/core.h>

namespace rdvc::submission {

std::string make_token() {
    std::random_device random; // getrandom or /dev/urandom with libstdc++ and libc++
    std::string token;
    for (int i = 0; i < 4; ++i)
        token += fmt::format("{:08x}", random());
    return token;
}

bool is_token(const std::string& text) {
    return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

} // namespace rdvc::submission
