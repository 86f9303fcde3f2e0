#include "submission/mirror.hpp"

#include <cassert>

#include <fmt/core.h>

#include "base/text.hpp"
#include "project/git.hpp"
#include "submission/token.hpp"

namespace rdvc::submission {

namespace {

constexpr std::size_t digits_size = 8;
constexpr std::string_view ending = ".git";

} // namespace

std::string mirror_name(const std::string& repo_name, const std::string& id,
                        const std::string& origin_url, const std::string& root_commit) {
    std::string hex =
        base::short_hash(origin_url.empty() ? root_commit : project::normalised_url(origin_url));
    if (id.size() >= digits_size && base::is_hex(id))
        hex = id.substr(0, digits_size);
    else if (!id.empty())
        hex = base::short_hash(id);
    return fmt::format("{}-{}{}", base::file_name(repo_name), hex, ending);
}

std::string project_id(const std::string& mirror) {
    return mirror.substr(0, mirror.rfind(ending));
}

MirrorParts parts_of(const std::string& mirror) {
    assert(mirror.size() > digits_size + ending.size() + 1);
    const auto at = mirror.size() - ending.size() - digits_size;
    return {mirror.substr(0, at - 1), mirror.substr(at, digits_size)};
}

std::string id_with(const std::string& digits) {
    return digits + make_token().substr(digits.size());
}

} // namespace rdvc::submission
