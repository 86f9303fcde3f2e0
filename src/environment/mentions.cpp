#include "environment/mentions.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "base/text.hpp"
#include "environment/pattern.hpp"

namespace rdvc::environment {

namespace {

using Expressions = std::vector<std::string_view>;

// As programs call it, in whatever language.
constexpr std::string_view git_in_code =
    "(git|GIT_EXECUTABLE)[^A-Za-z].*[^a-z-](describe|rev-parse|rev-list|symbolic-ref)([^a-z-]|$)";

// Tools that make a version from Git's tags, and other ways to ask Git for one.
const Expressions tag_tools = {"setuptools[_-]scm",
                               "hatch[_-]vcs",
                               "versioneer",
                               "dunamai",
                               "dynamic[_-]versioning",
                               "versioningit",
                               "(^|[^a-z])pbr([^a-z]|$)",
                               "flit[_-]scm",
                               "vcs[_-]versioning",
                               "miniver",
                               "pdm\\.backend",
                               "source *= *\"scm\"",
                               "vergen",
                               "git[ -]version",
                               "git (describe|rev-parse|rev-list|log|show)",
                               "\"git\", *\"(describe|rev-parse|rev-list|log|show)\"",
                               git_in_code,
                               "(^|[^a-z])git[^A-Za-z].*[^a-z-](log|show|branch)([^a-z-]|$)",
                               "git\\.Repo",
                               "[^A-Za-z]Repo\\(",
                               "\\.git/HEAD"};

// A harmless question to Git: the place of the checkout.
const Expressions place_of_checkout = {"git +(-C +[^ ]+ +)?rev-parse +(-C +[^ ]+ "
                                       "+)?--(show-(toplevel|cdup|prefix)|(absolute-)?git-dir|"
                                       "git-common-dir|is-inside-work-tree)"};

// setuptools-scm, also under hatch-vcs.
const Expressions scm = {"setuptools[_-]scm", "hatch[_-]vcs", "use_scm_version *= *True"};

// Whatever changes its version from the one that rdvc computes.
const Expressions scm_overrides = {"SOURCE_DATE_EPOCH", "SETUPTOOLS_SCM_", "VCS_VERSIONING_",
                                   "git +(-C +[^ ]+ +)?(fetch|pull|tag|commit|clone)"};

const Expressions native = {"m(arch|cpu|tune)[= ]*native", "xHost", "target-cpu=native"};

// Settings of setuptools-scm and hatch-vcs with which its version is the one that rdvc computes.
struct KnownTable {
    std::string_view heading; // of TOML
    std::string_view settings;
};
constexpr std::array<KnownTable, 3> known_tables = {
    {{R"re(^\[tool\.(setuptools[_-]scm|"setuptools[_-]scm")\])re",
      R"re(^(root|version_file|write_to|fallback_version|search_parent_directories|)re"
      R"re(version_scheme *= *"guess-next-dev"|local_scheme *= *"(node-and-date|no-local-version)")[ =]*)re"},
     {R"re(^\[tool\.hatch\.version\])re", R"re(^(source *= *"vcs"|fallback-version))re"},
     {R"re(^\[tool\.hatch\.build\.hooks\.vcs\])re", "^version-file"}}};
constexpr std::string_view scm_tables =
    R"re(^\[+tool\.(setuptools[_-]scm|hatch\.version|hatch\.build\.hooks\.vcs))re";

Expressions joined(Expressions first, const Expressions& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

// True if the setup command or one of the texts has a line with one of `wanted`, outside of the
// parts that are `harmless`.
bool mention(const std::string& setup, const std::vector<Text>& texts, const Expressions& wanted,
             const Expressions& harmless = place_of_checkout) {
    const Pattern pattern(wanted);
    const Pattern left_out(harmless);
    const auto mentions = [&](const std::string& text) {
        const auto lines = base::split(text, '\n');
        return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
            return pattern.matches(line) && pattern.matches(left_out.removed_from(line));
        });
    };
    return mentions(setup) || std::any_of(texts.begin(), texts.end(),
                                          [&](const Text& text) { return mentions(text.content); });
}

// True if the TOML file has only settings for setuptools-scm that are known not to change the
// version.
bool has_known_settings(const std::string& content) {
    static const Pattern any_heading({"^[ \t]*\\["});
    static const Pattern scm_heading({scm_tables});
    static const Pattern no_setting({"^[ \t]*(#|$)"});
    const KnownTable* table = nullptr;
    for (const auto& line : base::lines(content)) {
        if (any_heading.matches(line)) {
            const auto* const found = std::find_if(
                known_tables.begin(), known_tables.end(),
                [&](const KnownTable& known) { return Pattern({known.heading}).matches(line); });
            table = found == known_tables.end() ? nullptr : found;
            if (table == nullptr && scm_heading.matches(line))
                return false;
        } else if (table != nullptr && !no_setting.matches(line) &&
                   !Pattern({table->settings}).matches(line)) {
            return false;
        }
    }
    return true;
}

bool is_plain(const std::string& setup, const std::vector<Text>& texts) {
    return mention(setup, texts, scm) && !mention(setup, texts, scm_overrides) &&
           !mention(setup, texts, joined(tag_tools, {"scm_version", "get_version"}),
                    joined(place_of_checkout, scm)) &&
           std::all_of(texts.begin(), texts.end(), [](const Text& text) {
               return !text.path.ends_with(".toml") || has_known_settings(text.content);
           });
}

// The distribution name that `line` gives at `at`, after the word `name`; "" if it gives none.
std::string name_at(const std::string& line, std::size_t at) {
    const auto skip_blanks = [&] { at = std::min(line.find_first_not_of(' ', at), line.size()); };
    skip_blanks();
    if (at == line.size() || (line[at] != '=' && line[at] != ':'))
        return "";
    ++at;
    skip_blanks();
    if (at < line.size() && (line[at] == '"' || line[at] == '\''))
        ++at;
    const auto end = std::min(line.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-", at),
                              line.size());
    if (end < line.size() && std::string_view("\"', )").find(line[end]) == std::string_view::npos)
        return "";
    std::string name;
    for (auto i = at; i < end; ++i) {
        const char c = line[i] == '_' || line[i] == '.' ? '-' : line[i];
        if (c != '-' || !name.ends_with('-'))
            name += c;
    }
    return name;
}

} // namespace

Version version_asked_for(const std::string& setup, const std::vector<Text>& texts) {
    if (!mention(setup, texts, tag_tools))
        return Version::none;
    return is_plain(setup, texts) ? Version::plain : Version::tags;
}

bool compiles_for_processor(const std::string& setup, const std::vector<Text>& texts) {
    return mention(setup, texts, native);
}

std::string setup_tool(const std::string& setup, const std::vector<Text>& texts) {
    for (const auto* tool : {"Poetry", "PDM", "Pipenv"}) {
        const auto called =
            "(^|[^a-z_-])" + base::lower(tool) + "( +-[^ ]+)* +(install|sync|update)";
        if (mention(setup, texts, {called}))
            return tool;
    }
    return "";
}

std::vector<std::string> distributions_named(const std::vector<Text>& texts) {
    std::set<std::string> names;
    constexpr std::string_view word = "name";
    for (const auto& text : texts)
        for (const auto& raw : base::lines(text.content)) {
            const auto line = base::lower(raw);
            for (auto at = line.find(word); at != std::string::npos; at = line.find(word, at + 1)) {
                const bool is_whole =
                    at == 0 || (std::isalnum(static_cast<unsigned char>(line[at - 1])) == 0 &&
                                line[at - 1] != '_' && line[at - 1] != '-');
                if (auto name = is_whole ? name_at(line, at + word.size()) : ""; !name.empty())
                    names.insert(std::move(name));
            }
        }
    return {names.begin(), names.end()};
}

} // namespace rdvc::environment
