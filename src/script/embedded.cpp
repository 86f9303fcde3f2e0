#include "script/embedded.hpp"

#include <cassert>
#include <map>

#include "base/text.hpp"

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

std::vector<std::string_view> embedded_in(std::string_view folder) {
    std::vector<std::string_view> names;
    for (const auto& [name, content] : files())
        if (name.starts_with(folder) && name.find('/', folder.size() + 1) == std::string_view::npos)
            names.push_back(name);
    return names;
}

std::string embedded_without_comments(std::string_view name) {
    std::string text;
    for (const auto& line : base::split(embedded(name), '\n')) {
        const auto first = line.find_first_not_of(' ');
        if (first != std::string::npos && line[first] != '#')
            text += line + "\n";
    }
    return text;
}

const JobFunctions& job_functions() {
    static const JobFunctions functions = [] {
        JobFunctions all;
        for (const auto& [name, content] : files())
            if ((name.starts_with("both/") || name.starts_with("job/")) && name != "job/main.sh")
                all.text += (all.text.empty() ? "" : "\n") + std::string(content);
        all.hash = base::short_hash(all.text);
        return all;
    }();
    return functions;
}

} // namespace rdvc::script
