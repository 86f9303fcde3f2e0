#include "base/sha1.hpp"

#include <array>
#include <cstdint>

#include <sys/types.h>

#include <sha1.h>

#include "base/text.hpp"

namespace rdvc::base {

std::string sha1(std::string_view text) {
    SHA1_CTX context;
    SHA1Init(&context);
    SHA1Update(&context, reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    std::array<std::uint8_t, SHA1_DIGEST_LENGTH> digest{};
    SHA1Final(digest.data(), &context);
    return to_hex(std::string(digest.begin(), digest.end()));
}

} // namespace rdvc::base
