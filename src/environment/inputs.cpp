#include "environment/inputs.hpp"

#include <map>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "base/quote.hpp"
#include "base/text.hpp"

namespace rdvc::environment {

namespace {

// A path as git-ls-files(1) prints it with core.quotePath=false, so that the job can find its line.
std::string as_git_prints(const std::string& path) {
    std::string quoted;
    bool is_strange = false;
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        constexpr unsigned char blank = ' ';
        constexpr unsigned char del = 0x7f;
        constexpr std::string_view named = "\a\b\t\n\v\f\r\"\\";
        constexpr std::string_view letters = "abtnvfr\"\\";
        if (const auto at = named.find(c); at != std::string_view::npos)
            quoted += std::string("\\") + letters[at];
        else if (byte < blank || byte == del)
            quoted += fmt::format("\\{:03o}", byte);
        else {
            quoted += c;
            continue;
        }
        is_strange = true;
    }
    return is_strange ? '"' + quoted + '"' : path;
}

// A line's topic, and its value.
std::pair<std::string, std::string> topic_and_value(const std::string& line) {
    auto [word, value] = base::key_and_value(line);
    if (word != "file:")
        return {word.substr(0, word.find(':')), value};
    const auto tab = value.find('\t');
    return {tab == std::string::npos ? value : value.substr(tab + 1), "file"};
}

using Facts = std::map<std::string, std::pair<std::string, std::string>>; // topic -> line, value

Facts facts_of(const std::string& text) {
    Facts facts;
    for (const auto& line : base::lines(text)) {
        auto [topic, value] = topic_and_value(line);
        facts[topic] = {line, value};
    }
    return facts;
}

} // namespace

std::string describe(const Inputs& inputs) {
    std::set<std::string> lines = {
        "format: 3",
        fmt::format("project: {} {}", inputs.project_id, base::quote(inputs.project_dir)),
        "setup: " + base::quote(inputs.setup), "activate: " + base::quote(inputs.activate)};
    if (!inputs.outside.empty())
        lines.insert("outside: " + base::quote_all(inputs.outside));
    for (const auto& [point, code] : inputs.hooks)
        lines.insert(fmt::format("{}: {}", point, base::quote_all(code)));
    if (!inputs.copies.empty())
        lines.insert("copies: " + inputs.copies);
    const auto version =
        inputs.with_version ? version_asked_for(inputs.setup, inputs.texts) : Version::none;
    if (version != Version::none)
        lines.insert(
            fmt::format("version-by: {}", version == Version::plain ? "setuptools-scm" : "git"));
    if (compiles_for_processor(inputs.setup, inputs.texts))
        lines.insert("processor: native");
    if (const auto tool = setup_tool(inputs.setup, inputs.texts); !tool.empty())
        lines.insert("setup-tool: " + tool);
    if (const auto names = distributions_named(inputs.texts); !names.empty())
        lines.insert("distributions: " + base::join(names, " "));
    for (const auto& file : inputs.files)
        lines.insert(
            fmt::format("file: {} {} 0\t{}", file.mode, file.blob, as_git_prints(file.path)));
    std::string text;
    for (const auto& line : lines)
        text += line + '\n';
    return text;
}

std::string differences(const std::string& before, const std::string& now) {
    auto old = facts_of(before);
    std::vector<std::string> said;
    constexpr std::size_t longest_line = 150;
    for (const auto& [topic, fact] : facts_of(now)) {
        const auto found = old.find(topic);
        if (found == old.end()) {
            said.push_back(topic + " is new");
            continue;
        }
        const auto& [line, value] = fact;
        if (found->second.first != line)
            said.push_back(value == "file" || line.size() > longest_line
                               ? topic + " changed"
                               : fmt::format("{}: {} -> {}", topic, found->second.second, value));
        old.erase(found);
    }
    for (const auto& [topic, fact] : old)
        said.push_back(topic + " is gone");
    constexpr std::size_t most = 5;
    if (said.size() > most) {
        const auto more = said.size() - most;
        said.resize(most);
        said.push_back(fmt::format("{} more", more));
    }
    return base::join(said, "; ");
}

} // namespace rdvc::environment
