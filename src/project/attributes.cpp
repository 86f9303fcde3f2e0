#include "project/attributes.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include <fmt/core.h>

#include "base/files.hpp"
#include "base/text.hpp"

namespace rdvc::project {

namespace fs = std::filesystem;

namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

} // namespace

bool Driver::is_there() const {
    return !clean.empty() || !smudge.empty() || !process.empty();
}

bool Driver::seals() const {
    return !process.empty() || (!smudge.empty() && base::trim(smudge) != "cat");
}

namespace {

base::Command conversion_question(const Repository& repository) {
    return {
        .argv = {"git", "-C", repository.top.string(), "config", "--null", "--get-regexp",
                 R"(^(core\.(autocrlf|eol|attributesfile)|filter\..*\.(clean|smudge|process))$)"}};
}

} // namespace

void start_conversion_question(base::Runner& runner, const Repository& repository) {
    runner.start_ahead(conversion_question(repository));
}

// "key LF value" each; a key alone is a boolean that is true.
ConversionSettings read_conversion_settings(base::Runner& runner, const Repository& repository) {
    const auto answer = runner.run(conversion_question(repository));
    std::map<std::string, std::string> core;
    ConversionSettings settings;
    for (const auto& entry : base::split(answer.out, '\0')) {
        const auto end = std::min(entry.find('\n'), entry.size());
        const auto key = entry.substr(0, end);
        const auto value = end < entry.size() ? entry.substr(end + 1) : "true";
        const auto last = key.rfind('.');
        if (last == std::string::npos)
            continue;
        const auto name = key.substr(last + 1);
        if (key.starts_with("core.")) {
            core[name] = value;
            continue;
        }
        constexpr auto start = std::string_view("filter.").size();
        auto& driver = settings.filters[key.substr(start, std::max(last, start) - start)];
        (name == "clean"    ? driver.clean
         : name == "smudge" ? driver.smudge
                            : driver.process) = value;
    }
    settings.filters.erase("lfs"); // whose content travels separately
    std::erase_if(settings.filters, [](const auto& entry) { return !entry.second.is_there(); });
    static const std::set<std::string> no = {"", "false", "no", "off", "0"};
    if (const auto crlf = core["autocrlf"]; !no.contains(crlf))
        settings.text += fmt::format("\tautocrlf = {}\n", crlf == "input" ? "input" : "true");
    if (core["eol"] == "crlf")
        settings.text += "\teol = crlf\n";
    if (!settings.text.empty())
        settings.text.insert(0, "[core]\n");
    settings.attributes_file = core["attributesfile"];
    return settings;
}

std::string read_user_attributes(const std::string& configured) {
    fs::path file = configured;
    if (configured.starts_with("~/"))
        file = fs::path(variable("HOME")) / configured.substr(2);
    else if (configured.empty() && !variable("XDG_CONFIG_HOME").empty())
        file = fs::path(variable("XDG_CONFIG_HOME")) / "git" / "attributes";
    else if (configured.empty())
        file = fs::path(variable("HOME")) / ".config" / "git" / "attributes";
    std::error_code ignored;
    return fs::is_regular_file(file, ignored) ? base::read_file(file).value_or("") : "";
}

std::string read_info_attributes(base::Runner& runner, const Repository& repository) {
    std::error_code ignored;
    auto folder = git_dir(runner, repository);
    if (const auto common = base::read_file(folder / "commondir")) // of a linked work tree
        folder /= base::trim(*common);
    const auto file = folder / "info" / "attributes";
    return fs::is_regular_file(file, ignored) ? base::read_file(file).value_or("") : "";
}

Asked what_is_asked(const std::string& attributes) {
    static const std::array<std::string_view, 5> own = {"text", "text=auto", "crlf", "crlf=auto",
                                                        "crlf=input"};
    Asked asked;
    for (const auto& line : base::lines(attributes))
        for (const auto& word : base::words(line)) {
            if (word.starts_with("filter="))
                asked.filters.insert(word.substr(std::string_view("filter=").size()));
            asked.expansions = asked.expansions || word == "ident" || word == "eol=crlf" ||
                               word.starts_with("working-tree-encoding=");
            asked.conversions = asked.conversions || asked.expansions || word == "eol=lf" ||
                                std::find(own.begin(), own.end(), word) != own.end();
        }
    return asked;
}

} // namespace rdvc::project
