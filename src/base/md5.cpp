#include "base/md5.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>

#include <fcntl.h>
#include <md5.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace rdvc::base {

namespace {

MD5_CTX* as_context(void* context) {
    return static_cast<MD5_CTX*>(context);
}

// Passes on the file's content in blocks of 1 MiB, except for the last one.
void read_blocks(const std::filesystem::path& path,
                 const std::function<void(std::string_view)>& take) {
    const auto fail = [&] {
        throw Error(Exit::failed,
                    fmt::format("cannot read `{}`: {}", path.string(), std::strerror(errno)));
    };
    // Reading a pipe without a writer would block for ever, and a device has no end.
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        fail();
    const std::unique_ptr<const int, void (*)(const int*)> closer(
        &fd, [](const int* f) { ::close(*f); });
    struct stat status {};
    if (::fstat(fd, &status) != 0)
        fail();
    if (!S_ISREG(status.st_mode))
        throw Error(Exit::failed, fmt::format("`{}` is not a regular file", path.string()));
    std::string block(1U << 20U, '\0');
    for (std::size_t filled = 0;;) {
        const auto n = ::read(fd, block.data() + filled, block.size() - filled);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            fail();
        filled += static_cast<std::size_t>(n);
        if (n > 0 && filled < block.size())
            continue;
        if (filled > 0)
            take(std::string_view(block).substr(0, filled));
        if (n == 0)
            return;
        filled = 0;
    }
}

// DVC's guess (dvc.istextfile): no NUL in the first 512 bytes and at most 30 % unusual ones.
bool looks_like_text(std::string_view start) {
    start = start.substr(0, 512);
    if (start.find('\0') != std::string_view::npos)
        return false;
    const auto unusual = std::count_if(start.begin(), start.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 32 && std::strchr("\n\r\t\f\b", c) == nullptr) || byte > 126;
    });
    return static_cast<double>(unusual) <= 0.3 * static_cast<double>(start.size());
}

} // namespace

Md5::Md5() : context_(std::make_shared<MD5_CTX>()) {
    MD5Init(as_context(context_.get()));
}

void Md5::add(std::string_view text) {
    MD5Update(as_context(context_.get()), reinterpret_cast<const std::uint8_t*>(text.data()),
              text.size());
}

std::string Md5::hex() {
    std::array<std::uint8_t, MD5_DIGEST_LENGTH> digest{};
    MD5Final(digest.data(), as_context(context_.get()));
    return to_hex(std::string(digest.begin(), digest.end()));
}

bool is_md5(std::string_view text) {
    return text.size() == md5_digits && is_hex(text);
}

std::string md5(std::string_view text) {
    Md5 sum;
    sum.add(text);
    return sum.hex();
}

std::string md5_of_file(const std::filesystem::path& path) {
    Md5 sum;
    read_blocks(path, [&](std::string_view block) { sum.add(block); });
    return sum.hex();
}

// As DVC does it: each block of 1 MiB is converted by itself, so that a CR LF split between two
// blocks stays.
std::string md5_of_file_dos2unix(const std::filesystem::path& path) {
    Md5 sum;
    read_blocks(path, [&](std::string_view block) {
        if (!looks_like_text(block))
            return sum.add(block);
        std::string converted;
        converted.reserve(block.size());
        for (std::size_t i = 0; i < block.size(); ++i)
            if (block[i] != '\r' || i + 1 == block.size() || block[i + 1] != '\n')
                converted += block[i];
        sum.add(converted);
    });
    return sum.hex();
}

} // namespace rdvc::base
