#include "base/sha1.hpp"

#include <array>

#include <openssl/evp.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace rdvc::base {

std::string sha1(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1)
        throw Error(Exit::not_ready, "OpenSSL on this machine has no SHA-1, which Git needs too");
    return to_hex(std::string(digest.begin(), digest.begin() + size));
}

} // namespace rdvc::base
