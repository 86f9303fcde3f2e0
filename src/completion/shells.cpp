#include "completion/shells.hpp"

#include <algorithm>
#include <string_view>

namespace rdvc::completion {

namespace {

struct File {
    std::string_view name; ///< rdvc.SHELL
    std::string_view text;
};

constexpr File files[] = {
#include "embedded_completions.inc"
};

std::string shell_of(const File& file) {
    return std::string(file.name.substr(file.name.find('.') + 1));
}

} // namespace

std::vector<std::string> shells() {
    std::vector<std::string> names;
    for (const auto& file : files)
        names.push_back(shell_of(file));
    return names;
}

std::string shell_script(const std::string& shell) {
    const auto* const file = std::find_if(std::begin(files), std::end(files),
                                          [&](const File& one) { return shell_of(one) == shell; });
    return file == std::end(files) ? "" : std::string(file->text);
}

} // namespace rdvc::completion
