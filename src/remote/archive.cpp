#include "remote/archive.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"

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
std::uint64_t sum_of(std::string_view header) {
    std::uint64_t sum = 8 * static_cast<std::uint64_t>(' ');
    for (std::size_t i = 0; i < header.size(); ++i)
        if (i < at_sum || i >= at_type)
            sum += static_cast<unsigned char>(header[i]);
    return sum;
}

// A field up to its NUL.
std::string_view field(std::string_view header, std::size_t at, std::size_t size) {
    const auto all = header.substr(at, size);
    return all.substr(0, all.find('\0'));
}

// A number in octal digits, with blanks around them, or in base 256. Nothing if it is neither.
std::optional<std::uint64_t> read_number(std::string_view header, std::size_t at,
                                         std::size_t size) {
    const auto all = header.substr(at, size);
    std::uint64_t value = 0;
    if (all.front() == '\x80') {
        for (const char c : all.substr(1)) {
            if (value >> 55U != 0) // a file's size is below 2^63
                return std::nullopt;
            value = value << 8U | static_cast<unsigned char>(c);
        }
        return value;
    }
    const auto digits = base::trim(field(header, at, size));
    const auto* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value, 8);
    if (read.ec != std::errc() || read.ptr != end)
        return std::nullopt;
    return value;
}

[[noreturn]] void refuse(const std::string& why) {
    throw base::Error(base::Exit::failed, "the cluster sent a damaged tar stream").context(why);
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

ArchiveReader::ArchiveReader(OnFile on_file, OnContent on_content, OnEnd on_end)
    : on_file_(std::move(on_file)), on_content_(std::move(on_content)), on_end_(std::move(on_end)) {
}

void ArchiveReader::feed(std::string_view bytes) {
    const auto next = [&bytes](std::uint64_t size) {
        const auto piece = bytes.substr(0, std::min<std::uint64_t>(size, bytes.size()));
        bytes.remove_prefix(piece.size());
        return piece;
    };
    while (!bytes.empty() && !is_over_) {
        if (content_ > 0) {
            const auto piece = next(content_);
            content_ -= piece.size();
            on_content_(piece);
            if (content_ == 0)
                on_end_();
        } else if (padding_ > 0) {
            padding_ -= next(padding_).size();
        } else {
            header_ += next(block - header_.size());
            if (header_.size() == block)
                take_header();
        }
    }
}

void ArchiveReader::take_header() {
    if (header_.find_first_not_of('\0') == std::string::npos) {
        is_over_ = true;
        return;
    }
    const auto name = std::string(field(header_, 0, at_mode));
    const auto size = read_number(header_, at_size, at_time - at_size);
    if (read_number(header_, at_sum, at_type - at_sum) != sum_of(header_))
        refuse("a header with a wrong checksum");
    if (!std::string_view(header_).substr(at_magic).starts_with("ustar") || !size)
        refuse("a header that is not ustar's");
    if ((header_[at_type] != '0' && header_[at_type] != '\0') || name.empty())
        refuse(fmt::format("`{}` is not a regular file", base::printable(name)));
    header_.clear();
    content_ = *size;
    padding_ = archive_padding(*size).size();
    on_file_(name, *size);
    if (content_ == 0)
        on_end_();
}

} // namespace rdvc::remote
