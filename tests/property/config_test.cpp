// Layers and edits of the configuration, for files that nobody would think of.

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "config/config.hpp"
#include "config/edit.hpp"
#include "config/settings.hpp"
#include "config/toml.hpp"
#include "support/hostile.hpp"

namespace rdvc::config {
namespace {

using tests::hostile_text;
using Texts = std::vector<std::string>;

rc::Gen<std::string> utf8_text() {
    return rc::gen::map(hostile_text(), [](std::string text) {
        while (!base::is_utf8(text))
            text.pop_back();
        return text;
    });
}

RC_GTEST_PROP(TomlString, GivesAnyUtf8Back, ()) {
    const auto text = *utf8_text();
    const auto source = "a = " + toml_string(text) + " # \"x\"\n";
    RC_ASSERT(base::lines(source).size() == 1U);
    const auto entries = parse_toml(source, "f");
    RC_ASSERT(entries.size() == 1U);
    RC_ASSERT(entries[0].value == Scalar(text));
    RC_ASSERT(source.substr(entries[0].begin, entries[0].end - entries[0].begin) ==
              toml_string(text));
}

// --- Layers ---

// Each layer's value for one setting: nothing, or a text.
struct Said {
    std::optional<std::string> user;
    std::optional<std::string> project;
    std::optional<std::string> environment;
    std::optional<std::string> option;
};

// A text that the setting takes.
rc::Gen<std::string> text_for(const Setting& setting) {
    if (!setting.choices.empty())
        return rc::gen::elementOf(base::words(setting.choices));
    if (setting.kind == Kind::size)
        return rc::gen::map(rc::gen::pair(rc::gen::inRange(0, 1000000),
                                          rc::gen::element<std::string>("", "K", "M", "G", "T")),
                            [](const std::pair<int, std::string>& size) {
                                return std::to_string(size.first) + size.second;
                            });
    return utf8_text();
}

rc::Gen<std::optional<std::string>> maybe_text(const Setting& setting) {
    return rc::gen::oneOf(rc::gen::just(std::optional<std::string>()),
                          rc::gen::map(text_for(setting), [](const std::string& text) {
                              return std::optional<std::string>(text);
                          }));
}

RC_GTEST_PROP(Layers, TheLatestThatSaysSomethingDecides, ()) {
    std::map<std::string, Said> all;
    std::map<std::string, std::string> variables;
    std::map<std::string, std::string> user; // table -> lines
    std::map<std::string, std::string> project;
    for (const auto& setting : settings()) {
        if (setting.kind != Kind::text && setting.kind != Kind::size)
            continue;
        const std::string key(setting.key);
        const auto dot = key.find('.');
        Said said{*maybe_text(setting), {}, *maybe_text(setting), *maybe_text(setting)};
        if (setting.set_by == SetBy::project)
            said.project = *maybe_text(setting);
        const auto line = [&](const std::string& text) {
            return key.substr(dot + 1) + " = " + toml_string(text) + "\n";
        };
        if (said.user)
            user[key.substr(0, dot)] += line(*said.user);
        if (said.project)
            project[key.substr(0, dot)] += line(*said.project);
        if (said.environment)
            variables[environment_variable(key)] = *said.environment;
        all[key] = said;
    }
    const auto file = [](const std::map<std::string, std::string>& tables) {
        std::string text;
        for (const auto& [table, lines] : tables)
            text += "[" + table + "]\n" + lines;
        return text;
    };
    Config config;
    config.read_layer(file(user), "user", Whose::user, "");
    config.read_layer(file(project), "project", Whose::project, "");
    config.read_environment([&](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
    for (const auto& [key, said] : all)
        if (said.option)
            config.set(key, {*said.option, "--option"});
    for (const auto& [key, said] : all) {
        const auto origin = config.origin(key);
        if (said.option) {
            RC_ASSERT(config.text(key) == *said.option);
            RC_ASSERT(origin == "--option");
        } else if (said.environment) {
            RC_ASSERT(config.text(key) == *said.environment);
            RC_ASSERT(origin == environment_variable(key));
        } else if (said.project) {
            RC_ASSERT(config.text(key) == *said.project);
            RC_ASSERT(origin.starts_with("project:"));
        } else if (said.user) {
            RC_ASSERT(config.text(key) == *said.user);
            RC_ASSERT(origin.starts_with("user:"));
        } else {
            RC_ASSERT(config.text(key) == std::string(find_setting(key)->fallback));
            RC_ASSERT(origin == "default");
        }
    }
}

// --- Edits ---

const Texts& table_names() {
    static const Texts names = {
        "cluster", "run", "env", "instances.a", "instances.\"g5.xlarge\"", "instances.\"a#b\""};
    return names;
}

rc::Gen<std::string> value_source() {
    return rc::gen::oneOf(
        rc::gen::map(utf8_text(), [](const std::string& text) { return toml_string(text); }),
        rc::gen::element<std::string>("'literal # text'", "true", "42", "0.5", "[]", "['a', \"b\"]",
                                      "[ # all\n    'a', # first\n\n    'b',\n]",
                                      "\"\"\"\n[run]\nkey = 'inside'\n# inside\n\"\"\"",
                                      "'''\n[env]\n\n'''", "'\xc3\xbc'"));
}

// A file: comments and blank lines wherever they may stand, tables in any order, each once.
struct File {
    std::string text;
    std::vector<Texts> paths; // of its keys
};

Texts path_of(const std::string& table, const std::string& key) {
    for (const auto& entry : parse_toml("[" + table + "]\nx = 1\n", "f"))
        if (entry.path.back() == "x") {
            auto path = entry.path;
            path.back() = key;
            return path;
        }
    return {};
}

rc::Gen<File> a_file() {
    return rc::gen::exec([] {
        const auto filler = [] {
            return *rc::gen::element<std::string>("", "", "\n", "# a comment\n",
                                                  "\n  # [run] x = 1\n\n", "#\n");
        };
        File file;
        const auto first = *rc::gen::inRange<std::size_t>(0, table_names().size());
        for (std::size_t i = 0; i < table_names().size(); ++i) {
            const auto& table = table_names().at((first + i) % table_names().size());
            if (*rc::gen::arbitrary<bool>())
                continue;
            file.text += filler() + *rc::gen::element<std::string>("[", "  [", "[ ");
            file.text += table + *rc::gen::element<std::string>("]\n", "] # here\n", " ]\n");
            const auto keys = *rc::gen::inRange(0, 4);
            for (int k = 0; k < keys; ++k) {
                const auto key = "key" + std::to_string(k);
                file.text += filler() + *rc::gen::element<std::string>("", "  ", "\t") + key +
                             *rc::gen::element<std::string>(" = ", "=", "   =\t") +
                             *value_source() +
                             *rc::gen::element<std::string>("\n", " # why\n", "   \n");
                file.paths.push_back(path_of(table, key));
            }
        }
        file.text += "[job]\nkey = 'of every file'\n";
        file.paths.push_back({"job", "key"});
        file.text += filler();
        if (*rc::gen::arbitrary<bool>() && file.text.ends_with("\n"))
            file.text.pop_back();
        return file;
    });
}

std::vector<std::pair<Texts, Scalar>> others(const std::string& text, const Texts& path) {
    std::vector<std::pair<Texts, Scalar>> found;
    for (const auto& entry : parse_toml(text, "f"))
        if (!entry.is_table && entry.path != path)
            found.emplace_back(entry.path, entry.value);
    return found;
}

void check_edit(const File& file, const Texts& path) {
    const auto value = *utf8_text();
    std::string edited;
    try {
        edited = set_value(file.text, path, toml_string(value), "f");
    } catch (const base::Error& error) {
        // It may refuse, but do nothing else.
        RC_ASSERT(error.code() == base::Exit::configuration);
        RC_TAG("cannot add");
        return;
    }
    RC_TAG("edited");
    std::size_t found = 0;
    for (const auto& entry : parse_toml(edited, "f"))
        if (entry.path == path && !entry.is_table) {
            RC_ASSERT(entry.value == Scalar(value));
            ++found;
        }
    RC_ASSERT(found == 1U);
    RC_ASSERT(others(edited, path) == others(file.text, path));
}

// Lines of `part` are lines of `whole`, in the same order.
bool is_subsequence(const Texts& part, const Texts& whole) {
    auto at = whole.begin();
    for (const auto& line : part) {
        at = std::find(at, whole.end(), line);
        if (at == whole.end())
            return false;
        ++at;
    }
    return true;
}

RC_GTEST_PROP(SetValue, ReplacesWhatIsThere, ()) {
    const auto file = *a_file();
    const auto path = *rc::gen::elementOf(file.paths);
    check_edit(file, path);
    // The bytes before and after the value are unchanged.
    for (const auto& entry : parse_toml(file.text, "f")) {
        if (entry.path != path || entry.is_table)
            continue;
        RC_ASSERT(set_value(file.text, path, "'new'", "f") ==
                  file.text.substr(0, entry.begin) + "'new'" + file.text.substr(entry.end));
    }
}

RC_GTEST_PROP(SetValue, AddsWhatIsNotAndKeepsEveryLine, ()) {
    const auto file = *a_file();
    const auto path = path_of(*rc::gen::elementOf(table_names()), "new-key");
    check_edit(file, path);
    try {
        const auto edited = base::lines(set_value(file.text, path, "'new'", "f"));
        RC_ASSERT(is_subsequence(base::lines(file.text), edited));
        RC_ASSERT(std::count(edited.begin(), edited.end(), "new-key = 'new'") == 1);
    } catch (const base::Error& error) {
        RC_ASSERT(error.code() == base::Exit::configuration);
    }
}

// A file that the wizards wrote themselves can always be added to.
RC_GTEST_PROP(SetValue, AlwaysAddsToItsOwnFiles, ()) {
    std::string text = "# rdvc's settings\n";
    std::map<Texts, std::string> expected;
    const auto edits = *rc::gen::container<std::vector<std::pair<std::string, int>>>(
        rc::gen::pair(rc::gen::elementOf(table_names()), rc::gen::inRange(0, 5)));
    for (const auto& [table, number] : edits) {
        const auto path = path_of(table, "key" + std::to_string(number));
        RC_PRE(!path.empty());
        const auto value = *utf8_text();
        text = set_value(text, path, toml_string(value), "f");
        expected[path] = value;
    }
    std::map<Texts, std::string> found;
    for (const auto& entry : parse_toml(text, "f"))
        if (!entry.is_table)
            found[entry.path] = std::get<std::string>(entry.value);
    RC_ASSERT(found == expected);
}

} // namespace
} // namespace rdvc::config
