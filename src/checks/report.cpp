// `rdvc doctor --report`: what others may read.

#include <algorithm>

#include <sys/utsname.h>

#include <fmt/core.h>

#include "base/text.hpp"
#include "checks/checks.hpp"

namespace rdvc::checks {

namespace {

bool is_of_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// `text` with `placeholder` for each `name` that is no part of a longer word.
std::string without(const std::string& text, const std::string& name,
                    const std::string& placeholder) {
    std::string all;
    for (std::size_t i = 0; i < text.size();) {
        const auto end = i + name.size();
        if (text.compare(i, name.size(), name) == 0 && (i == 0 || !is_of_word(text[i - 1])) &&
            (end >= text.size() || !is_of_word(text[end]))) {
            all += placeholder;
            i = end;
        } else {
            all += text[i++];
        }
    }
    return all;
}

// A path begins a word, perhaps behind a quote, a bracket, `=` or `:`, and ends with the word.
std::string without_paths(const std::string& text) {
    std::string all;
    for (std::size_t i = 0; i < text.size();) {
        const bool begins =
            i == 0 || std::string_view(" `'\"(=:").find(text[i - 1]) != std::string_view::npos;
        const bool is_path = text[i] == '/' || text.compare(i, 2, "~/") == 0;
        if (!begins || !is_path) {
            all += text[i++];
            continue;
        }
        all += "PATH";
        i = std::min(text.find_first_of(" `'\"),:;", i), text.size());
    }
    return all;
}

std::string system_name() {
    utsname name = {};
    return ::uname(&name) == 0 ? fmt::format("{} {} {}", name.sysname, name.release, name.machine)
                               : "";
}

} // namespace

std::string report(const std::vector<std::pair<std::string, Checks>>& parts,
                   const std::vector<std::pair<std::string, std::string>>& names) {
    auto longest_first = names; // `alice@hpc` before `hpc`
    std::stable_sort(longest_first.begin(), longest_first.end(),
                     [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
    auto text = fmt::format("rdvc {} on {}\n", world::version_and_commit(), system_name());
    for (const auto& [title, checks] : parts) {
        text += "\n" + title + "\n";
        for (const auto& check : checks) {
            auto found = check.is_named ? "(names)" : without_paths(check.found);
            for (const auto& [name, placeholder] : longest_first)
                found = without(found, name, placeholder);
            text += base::printable(
                        fmt::format("  {:<8} {:<15} {}", word_of(check.level), check.name, found)) +
                    "\n";
        }
    }
    return text;
}

std::vector<std::pair<std::string, std::string>> private_names(const world::World& world,
                                                               const Place& place) {
    std::vector<std::pair<std::string, std::string>> names = {
        {place.config.text("cluster.host"), "HOST"},
        {place.config.text("cluster.username"), "USER"},
        {place.config.text("run.instance"), "INSTANCE"},
        {place.config.text("project.name"), "PROJECT"},
        {world.variable("USER"), "USER"},
        {world.variable("LOGNAME"), "USER"}};
    if (place.project)
        names.emplace_back(place.project->repo_name, "PROJECT");
    std::erase_if(names,
                  [](const auto& name) { return name.first.empty() || name.first == "local"; });
    return names;
}

} // namespace rdvc::checks
