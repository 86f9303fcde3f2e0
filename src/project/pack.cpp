#include "project/pack.hpp"

#include <array>
#include <fstream>

#include "base/error.hpp"

namespace rdvc::project {

namespace {

// Bytes 8 to 11 of a pack are the number of its objects, big-endian (gitformat-pack(5)).
std::uint32_t count_objects(const std::filesystem::path& file) {
    std::ifstream pack(file, std::ios::binary);
    std::array<char, 12> header{};
    pack.read(header.data(), header.size());
    std::uint32_t count = 0;
    for (std::size_t i = 8; pack && i < 12; ++i)
        count = (count << 8U) | static_cast<unsigned char>(header.at(i));
    return count;
}

} // namespace

Pack make_pack(base::Runner& runner, const Repository& repository,
               const std::vector<std::string>& wanted, const std::vector<std::string>& haves,
               const std::filesystem::path& file) {
    std::string revisions;
    for (const auto& object : wanted)
        revisions += object + "\n";
    for (const auto& object : haves)
        revisions += "^" + object + "\n";
    const auto result =
        runner.run({.argv = {"git", "-C", repository.top.string(), "pack-objects", "--revs",
                             "--thin", "--stdout", "--delta-base-offset", "--quiet"},
                    .input = {revisions},
                    .output_file = file});
    if (result.status != 0)
        throw base::Error(base::Exit::failed, "git pack-objects failed").context(result.err);
    const auto objects = count_objects(file);
    return {file, objects == 0 ? 0 : std::filesystem::file_size(file), objects};
}

} // namespace rdvc::project
