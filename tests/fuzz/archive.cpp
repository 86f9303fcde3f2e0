// The tar stream of objects: it tells the same however it is cut.

#include "remote/archive.hpp"
#include "support.hpp"

using namespace rdvc;

namespace {

std::string read(std::string_view stream, std::size_t step) {
    std::string all;
    std::uint64_t left = 0;
    remote::ArchiveReader reader(
        [&](const std::string& path, std::uint64_t size) {
            fuzz::check(left == 0, "a file begins after the end of the last one");
            fuzz::check(!path.empty() && path.size() <= 100, "a name's length");
            fuzz::check(path.find('\0') == std::string::npos, "a name can be a path");
            left = size;
            all += "F" + path + " " + std::to_string(size) + "\n";
        },
        [&](std::string_view bytes) {
            fuzz::check(!bytes.empty() && bytes.size() <= left, "a file is as long as it says");
            left -= bytes.size();
            all += bytes;
        },
        [&] {
            fuzz::check(left == 0, "a file is whole at its end");
            all += "E\n";
        });
    fuzz::only_errors([&] {
        for (std::size_t at = 0; at < stream.size(); at += step)
            reader.feed(stream.substr(at, step));
    });
    return all + (reader.is_over() ? "over" : "");
}

} // namespace

RDVC_FUZZ_TARGET(archive) {
    if (size == 0)
        return 0;
    const auto stream = fuzz::text_of(data + 1, size - 1);
    const auto whole = read(stream, stream.size() + 1);
    fuzz::check(read(stream, 1) == whole, "bytes one by one tell the same");
    fuzz::check(read(stream, data[0] % 13U + 2) == whole, "pieces tell the same");
    return 0;
}
