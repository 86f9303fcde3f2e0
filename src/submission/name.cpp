#include "submission/name.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace rdvc::submission {

std::string name_from_token(const std::string& token) {
    return "exp-" + token.substr(0, 12);
}

namespace {

bool can_end_ref(const std::string& name) {
    bool bad = name.empty() || name.front() == '-' || name.front() == '.' || name.back() == '.' ||
               name.ends_with(".lock") || name.find("..") != std::string::npos ||
               name.find("@{") != std::string::npos || name == "@";
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        bad = bad || byte <= 0x20 || byte == 0x7f ||
              std::string_view("~^:?*[\\/").find(c) != std::string_view::npos;
    }
    return !bad;
}

} // namespace

void check_name(const std::string& name) {
    constexpr std::size_t longest = 100;
    if (!can_end_ref(name) || name.size() > longest)
        throw base::Error(base::Exit::usage,
                          fmt::format("`{}` cannot be an experiment's name", name))
            .context("Git and DVC allow no blanks, control characters, `~^:?*[\\/` or `..`, no `-` "
                     "or `.` at the start,\nno `.` or `.lock` at the end; at most 100 bytes");
}

std::string experiment_ref(const std::string& baseline, const std::string& name) {
    const auto split = std::min<std::size_t>(2, baseline.size());
    return fmt::format("refs/exps/{}/{}/{}", baseline.substr(0, split), baseline.substr(split),
                       name);
}

bool is_experiment_ref(const std::string& ref) {
    constexpr std::string_view start = "refs/exps/";
    constexpr std::size_t sha1 = 40;
    constexpr std::size_t sha256 = 64;
    if (!ref.starts_with(start))
        return false;
    const auto slash = ref.find('/', start.size());
    const auto last = ref.rfind('/');
    if (slash != start.size() + 2 || last <= slash)
        return false;
    const auto baseline = ref.substr(start.size(), 2) + ref.substr(slash + 1, last - slash - 1);
    return (baseline.size() == sha1 || baseline.size() == sha256) && base::is_hex(baseline) &&
           can_end_ref(ref.substr(last + 1));
}

} // namespace rdvc::submission
