#include "remote/archive.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace rdvc::remote {

namespace {

constexpr std::size_t block = 512;

// Offsets of the header's fields.
constexpr std::size_t at_mode = 100;
constexpr std::size_t at_owner = 108;
constexpr std::size_t at_group = 116;
constexpr std::size_t at_size = 124;
constexpr std::size_t at_time = 136;
constexpr std::size_t at_sum = 148;
constexpr std::size_t at_type = 156;
constexpr std::size_t at_magic = 257;

void put(std::string& header, std::size_t at, const std::string& text) {
    std::copy(text.begin(), text.end(), header.begin() + static_cast<std::ptrdiff_t>(at));
}

std::string number(std::uint64_t size) {
    constexpr std::uint64_t too_large = std::uint64_t{1} << 33U; // for eleven octal digits
    if (size < too_large)
        return fmt::format("{:011o}", size);
    std::string bytes(12, '\0');
    bytes[0] = '\x80';
    for (std::size_t i = 11; size > 0; --i, size >>= 8U)
        bytes[i] = static_cast<char>(size & 0xffU);
    return bytes;
}

// The checksum of a header, with blanks in place of the checksum itself.
std::uint64_t sum_of(const std::string& header) {
    std::uint64_t sum = 8 * static_cast<std::uint64_t>(' ');
    for (std::size_t i = 0; i < header.size(); ++i)
        if (i < at_sum || i >= at_type)
            sum += static_cast<unsigned char>(header[i]);
    return sum;
}

} // namespace

std::string archive_header(const std::string& name, std::uint64_t size) {
    std::string header(block, '\0');
    put(header, 0, name.substr(0, at_mode));
    put(header, at_mode, "0000444");
    put(header, at_owner, "0000000");
    put(header, at_group, "0000000");
    put(header, at_size, number(size));
    put(header, at_time, "00000000000");
    put(header, at_type, "0");
    put(header, at_magic,
        std::string("ustar\0"
                    "00",
                    8));
    put(header, at_sum, fmt::format("{:06o}", sum_of(header)) + '\0' + ' ');
    return header;
}

std::string archive_padding(std::uint64_t size) {
    return std::string((block - size % block) % block, '\0');
}

std::string archive_end() {
    return std::string(2 * block, '\0');
}

} // namespace rdvc::remote
