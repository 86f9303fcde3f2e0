#include "script/embedded.hpp"

#include <cassert>
#include <map>

namespace rdvc::script {

namespace {

const std::map<std::string_view, std::string_view>& files() {
    static const std::map<std::string_view, std::string_view> table = {
#include "embedded_files.inc"
    };
    return table;
}

} // namespace

std::string_view embedded(std::string_view name) {
    const auto file = files().find(name);
    assert(file != files().end());
    return file->second;
}

std::string embedded_folder(std::string_view folder) {
    std::string text;
    for (const auto& [name, content] : files()) {
        if (name.starts_with(std::string(folder) + "/")) {
            text += '\n';
            text += content;
        }
    }
    return text;
}

} // namespace rdvc::script
