#include "submission/name.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/core.h>

#include "base/error.hpp"

namespace rdvc::submission {

std::string name_from_token(const std::string& token) {
    return "exp-" + token.substr(0, 12);
}

void check_name(const std::string& name) {
    bool bad = name.empty() || name.front() == '-' || name.front() == '.' || name.back() == '.' ||
               name.ends_with(".lock") || name.find("..") != std::string::npos ||
               name.find("@{") != std::string::npos || name == "@" || name.size() > 100;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        bad = bad || byte <= 0x20 || byte == 0x7f ||
              std::string_view("~^:?*[\\/").find(c) != std::string_view::npos;
    }
    if (bad)
        throw base::Error(base::Exit::usage,
                          fmt::format("`{}` cannot be an experiment's name", name))
            .context("Git and DVC allow no blanks, control characters, `~^:?*[\\/`, `..`, no `-` "
                     "or `.` at the "
                     "start,\nno `.` or `.lock` at the end; at most 100 bytes");
}

std::string experiment_ref(const std::string& baseline, const std::string& name) {
    const auto split = std::min<std::size_t>(2, baseline.size());
    return fmt::format("refs/exps/{}/{}/{}", baseline.substr(0, split), baseline.substr(split),
                       name);
}

} // namespace rdvc::submission
