#include "project/pack.hpp"

#include <array>
#include <fstream>

#include <cstdlib>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

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

Pack make_pack(base::Runner& runner, const Repository& repository, const PackContent& content,
               const std::filesystem::path& file) {
    std::string revisions;
    for (const auto& commit : content.boundary)
        revisions += "--shallow " + commit + "\n";
    for (const auto& object : content.wanted)
        revisions += object + "\n";
    for (const auto& object : content.haves)
        revisions += "^" + object + "\n";
    // --shallow: everything in a commit of `haves` is left out, even if no parent leads there.
    const auto result =
        runner.run({.argv = {"git", "-C", repository.top.string(), "pack-objects", "--revs",
                             "--thin", "--shallow", "--stdout", "--delta-base-offset", "--quiet"},
                    .input = {revisions},
                    .output_file = file});
    if (result.status != 0)
        throw base::Error(base::Exit::failed, "git pack-objects failed").context(result.err);
    const auto objects = count_objects(file);
    return {file, objects == 0 ? 0 : std::filesystem::file_size(file), objects};
}

std::vector<std::string> shallow_boundary(base::Runner& runner, const Repository& repository) {
    if (!repository.shallow)
        return {};
    const std::filesystem::path file =
        base::trim(ask_git(runner, repository, {"rev-parse", "--git-path", "shallow"}));
    return base::lines(base::read_file(repository.top / file).value_or(""));
}

std::uint64_t history_size(base::Runner& runner, const Repository& repository) {
    std::uint64_t kibibytes = 0;
    for (const auto& line :
         base::lines(ask_git(runner, repository, {"count-objects", "--verbose"}))) {
        const auto [key, value] = base::key_and_value(line);
        if (key == "size:" || key == "size-pack:")
            kibibytes += std::strtoull(value.c_str(), nullptr, 10);
    }
    return kibibytes * 1024;
}

} // namespace rdvc::project
