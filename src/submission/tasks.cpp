#include "submission/tasks.hpp"

#include <charconv>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/quote.hpp"
#include "base/text.hpp"
#include "submission/placeholders.hpp"
#include "sweep/params.hpp"

namespace rdvc::submission {

namespace {

constexpr std::string_view empty_word = "\\0";

std::string written(const std::string& word) {
    if (word.empty())
        return std::string(empty_word);
    std::string text;
    for (const char c : word) {
        const auto byte = static_cast<unsigned char>(c);
        text += byte > 0x20 && byte < 0x7f && c != '\\' ? std::string(1, c)
                                                        : fmt::format("\\x{:02x}", byte);
    }
    return text;
}

std::string read(std::string_view text) {
    if (text == empty_word)
        return "";
    std::string word;
    for (std::size_t at = 0; at < text.size(); ++at) {
        unsigned char byte = 0;
        const auto* digits = text.data() + at + 2;
        if (text.substr(at, 2) == "\\x" && at + 3 < text.size() &&
            std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2)
            at += 3;
        else
            byte = static_cast<unsigned char>(text[at]);
        word += static_cast<char>(byte);
    }
    return word;
}

std::vector<sweep::Combination> combinations_of(const RunArguments& arguments) {
    return sweep::expand({.overrides = arguments.overrides,
                          .rows = arguments.rows,
                          .zip = arguments.zip,
                          .repeat = arguments.repeat,
                          .exclude = arguments.exclude,
                          .seed = arguments.shuffle_seed},
                         most_tasks);
}

// A `-S` that no word takes would have no effect. The columns of a file may: the command may read
// the file itself.
void refuse_unused(const RunArguments& arguments, const sweep::Combination& combination) {
    for (const auto& override : arguments.overrides)
        if (override.starts_with("~"))
            throw base::Error(base::Exit::usage,
                              fmt::format("`-S {}` cannot be given with `--cmd`", override))
                .context("it removes a parameter of an experiment, and a command has none");
    for (std::size_t i = 0; i < arguments.overrides.size(); ++i)
        if (const auto key = sweep::plain_setting(combination.overrides[i]).key;
            !mentions(arguments.command, key))
            throw base::Error(base::Exit::usage,
                              fmt::format("no word of the command has `{{{}}}`, so `-S {}` would "
                                          "have no effect",
                                          key, arguments.overrides[i]))
                .hint(fmt::format("rdvc run --cmd -S {} -- {} '{{{}}}'",
                                  base::quote(arguments.overrides[i]),
                                  base::quote_all(arguments.command), key));
}

// Each has the values of its parameters in its words. Without parameters, braces are only braces.
std::vector<Task> tasks_of_command(const std::string& name, const RunArguments& arguments) {
    if (!arguments.is_sweep && arguments.overrides.empty())
        return {{name, arguments.command}};
    std::vector<Task> tasks;
    for (auto& combination : combinations_of(arguments)) {
        if (tasks.empty())
            refuse_unused(arguments, combination);
        std::vector<sweep::Setting> settings;
        for (const auto& override : combination.overrides)
            settings.push_back(sweep::plain_setting(override));
        tasks.push_back(
            {task_name(name, tasks.size() + 1),
             settings.empty() ? arguments.command : fill_in(arguments.command, settings),
             std::move(combination.varying)});
    }
    if (tasks.size() == 1)
        tasks.front().name = name;
    return tasks;
}

} // namespace

std::string task_name(const std::string& name, std::size_t number) {
    return fmt::format("{}-{}", name, number);
}

std::vector<Task> tasks_of(const std::string& name, const RunArguments& arguments) {
    if (arguments.is_command)
        return tasks_of_command(name, arguments);
    if (!arguments.is_sweep)
        return {{name, arguments.dvc}};
    const auto& places = arguments.override_places;
    std::vector<bool> varies;
    for (const auto& override : arguments.overrides)
        varies.push_back(sweep::is_sweep(override));
    auto combinations = combinations_of(arguments);
    std::vector<std::string> names;
    if (arguments.are_named_by_values())
        names = sweep::names(combinations, arguments.name.value_or(""), sweep::Naming::values);
    std::vector<Task> tasks;
    for (auto& combination : combinations) {
        Task task{names.empty() ? task_name(name, tasks.size() + 1) : names[tasks.size()],
                  arguments.dvc, std::move(combination.varying)};
        for (std::size_t i = 0; i < places.size(); ++i) // the others stay as typed
            if (varies[i])
                task.arguments[places[i].word].replace(places[i].begin, std::string::npos,
                                                       combination.overrides.at(i));
        std::vector<std::string> more; // of the row, and of the repetition
        for (std::size_t i = places.size(); i < combination.overrides.size(); ++i) {
            more.emplace_back("-S");
            more.push_back(combination.overrides[i]);
        }
        task.arguments.insert(task.arguments.begin(), more.begin(), more.end());
        tasks.push_back(std::move(task));
    }
    if (tasks.size() == 1)
        tasks.front().name = name;
    return tasks;
}

void add_rows(RunArguments& arguments, const std::optional<std::string>& text) {
    if (arguments.params.empty())
        return;
    if (!text)
        throw base::Error(base::Exit::usage,
                          fmt::format("`--params {}` cannot be read", arguments.params));
    arguments.rows = sweep::rows_from_params(*text, arguments.params);
}

std::vector<std::string> settings_of(const RunArguments& arguments) {
    std::vector<std::string> keys;
    if (!arguments.rows.empty()) // all have the same keys
        for (const auto& override : arguments.rows.front().overrides)
            keys.push_back(override.substr(0, override.find('=')));
    if (const auto colon = arguments.repeat.find(':'); colon != std::string::npos)
        keys.push_back(arguments.repeat.substr(colon + 1));
    auto settings = arguments.overrides;
    for (const auto& key : keys)
        settings.push_back(key + "=0,1"); // a list has no obvious value
    return settings;
}

std::vector<std::string> swept_settings_of(const RunArguments& arguments) {
    auto settings = settings_of(arguments);
    std::erase_if(settings, [](const std::string& word) { return !sweep::is_sweep(word); });
    return settings;
}

std::string tasks_file(const std::vector<Task>& tasks) {
    std::string text;
    for (const auto& task : tasks) {
        text += written(task.name);
        for (const auto& argument : task.arguments)
            text += " " + written(argument);
        text += "\n";
    }
    return text;
}

std::vector<Task> read_tasks(std::string_view file) {
    std::vector<Task> tasks;
    for (const auto& line : base::lines(file)) {
        Task task;
        const auto words = base::split(line, ' ');
        task.name = read(words.front());
        for (std::size_t i = 1; i < words.size(); ++i)
            task.arguments.push_back(read(words[i]));
        tasks.push_back(std::move(task));
    }
    return tasks;
}

} // namespace rdvc::submission
