#include "completion/complete.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace rdvc::completion {

namespace {

using Options = std::vector<help::Described>;

// Names of options and of their values. A metavar such as `ssh|origin` has the values itself.
Source source_of(const help::Described& option) {
    struct Row {
        std::string_view name; ///< of an option, or a metavar
        Source source;
    };
    static const std::vector<Row> rows = {
        {"--cluster", Source::clusters},
        {"--instance", Source::instances},
        {"--after", Source::submissions},
        {"--set-param", Source::parameters},
        {"-S", Source::parameters},
        {"SUBMISSION", Source::submissions},
        {"KEY", Source::settings},
        {"SHELL", Source::shells},
        {"CLUSTER", Source::clusters},
        {"N", Source::none},
        {"NAME", Source::none},
        {"--name", Source::none},
        {"-n", Source::none},
        {"--message", Source::none},
        {"-m", Source::none},
    };
    for (const auto& row : rows)
        if (row.name == option.name || row.name == option.metavar)
            return row.source;
    const bool has_choices = option.metavar.find('|') != std::string::npos &&
                             option.metavar.find_first_of("[]=:") == std::string::npos;
    return has_choices ? Source::fixed : Source::files;
}

// `before` of `word` stays, and of a list such as `ok:A,B` all but the last submission.
Expected value_of(const help::Described& option, const std::string& word, std::size_t before) {
    Expected expected{source_of(option), word.substr(0, before)};
    const auto last = word.find_last_of(",:");
    if (expected.source == Source::submissions && last != std::string::npos && last >= before)
        expected.before = word.substr(0, last + 1);
    if (expected.source == Source::fixed)
        for (const auto& choice : base::split(option.metavar, '|'))
            expected.fixed.push_back({choice, ""});
    return expected;
}

const help::Described* find(const Options& options, const std::string& name) {
    const auto found = std::find_if(options.begin(), options.end(),
                                    [&](const auto& option) { return option.name == name; });
    return found == options.end() ? nullptr : &*found;
}

bool needs_value(const help::Described& option) {
    return !option.metavar.empty() && !option.metavar.starts_with("[=");
}

// The word without a dash that is next.
Expected positional(const Options& options, const std::vector<std::string>& words) {
    std::size_t before = 0;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        const auto* option = find(options, words[i]);
        if (option != nullptr && needs_value(*option) && words[i].starts_with("-"))
            ++i;
        else if (!words[i].starts_with("-"))
            ++before;
    }
    const help::Described* last = nullptr;
    for (const auto& option : options)
        if (!option.name.starts_with("-")) {
            last = &option;
            if (before-- == 0)
                break;
        }
    return last == nullptr ? Expected{Source::files, ""} : value_of(*last, words.back(), 0);
}

} // namespace

Expected expected_at_end(const Options& options, const std::vector<std::string>& words) {
    const auto& word = words.back();
    if (std::find(words.begin(), words.end() - 1, "--") != words.end() - 1)
        return {Source::files, ""};
    if (words.size() > 1)
        if (const auto* option = find(options, words[words.size() - 2]);
            option != nullptr && option->name.starts_with("-") && needs_value(*option))
            return value_of(*option, word, 0);
    const auto equals = word.find('=');
    if (word.starts_with("--") && equals != std::string::npos) {
        const auto* option = find(options, word.substr(0, equals));
        return option == nullptr ? Expected() : value_of(*option, word, equals + 1);
    }
    if (!word.starts_with("-"))
        return positional(options, words);
    Expected expected{Source::fixed, ""};
    for (const auto& option : options)
        if (option.name.starts_with("--"))
            expected.fixed.push_back({option.name + (needs_value(option) ? "=" : ""), option.help});
    return expected;
}

std::string candidate_lines(const std::vector<Candidate>& candidates, const std::string& before,
                            const std::string& word) {
    std::string text;
    for (const auto& candidate : candidates)
        if ((before + candidate.word).starts_with(word))
            text += base::printable(before + candidate.word) + "\t" +
                    base::printable(candidate.help) + "\n";
    return text;
}

} // namespace rdvc::completion
