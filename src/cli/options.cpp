#include "cli/options.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/described.hpp"
#include "world/console.hpp"

namespace rdvc::cli {

Options::Options(const std::string& command, const std::string& summary)
    : app_(std::make_unique<CLI::App>(summary, "rdvc " + command)), command_(command) {
    app_->set_help_flag("-h,--help", "this help");
}

Options::~Options() = default;

Options& Options::flag(const std::string& names, bool& target, const std::string& help) {
    app_->add_flag(names, target, help);
    return *this;
}

Options& Options::text(const std::string& names, std::string& target, const std::string& help,
                       const std::string& metavar) {
    app_->add_option(names, target, help)->type_name(metavar);
    return *this;
}

Options& Options::optional_text(const std::string& names, std::string& target,
                                const std::string& help, const std::string& metavar) {
    app_->add_option(names, target, help)->type_name("[=" + metavar + "]")->expected(0, 1);
    return *this;
}

Options& Options::texts(const std::string& names, std::vector<std::string>& target,
                        const std::string& help, const std::string& metavar) {
    app_->add_option(names, target, help)->type_name(metavar)->allow_extra_args(false);
    return *this;
}

Options& Options::number(const std::string& names, unsigned& target, const std::string& help) {
    app_->add_option(names, target, help)
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1U, 1000000U));
    return *this;
}

Options& Options::words(const std::string& name, std::vector<std::string>& target,
                        const std::string& help) {
    app_->add_option(name, target, help)->type_name("");
    words_ = &target;
    return *this;
}

Options& Options::word(const std::string& name, std::string& target, const std::string& help) {
    app_->add_option(name, target, help)->type_name("");
    return *this;
}

bool Options::given(const std::string& name) const {
    return app_->count(name) > 0;
}

namespace {

std::vector<Described> describe(const CLI::App& app) {
    std::vector<Described> all;
    for (const auto* option : app.get_options()) {
        const bool has_value = option->get_items_expected_max() > 0;
        const auto metavar = has_value ? option->get_type_name() : "";
        const auto help = base::lines(option->get_description()).empty()
                              ? ""
                              : base::lines(option->get_description()).front();
        if (option->get_positional())
            all.push_back({option->get_name(true), "", help});
        for (const auto& name : option->get_lnames())
            all.push_back({"--" + name, metavar, help});
        for (const auto& name : option->get_snames())
            all.push_back({"-" + name, metavar, help});
    }
    return all;
}

// CLI11 takes a word like `[a,b]` apart, but not one that begins with this.
constexpr char whole = '\x01';

} // namespace

bool Options::parse(const std::vector<std::string>& arguments, const world::Console& console) {
    if (arguments == std::vector<std::string>{std::string(describe_word)}) {
        console.data(described_text(describe(*app_)));
        return false;
    }
    std::vector<std::string> words;
    for (const auto& word : arguments) {
        // To CLI11 `--name=` is an option without a value; here its value is empty.
        const bool is_empty = word.starts_with("--") && word.find('=') == word.size() - 1;
        words.push_back(is_empty ? word.substr(0, word.size() - 1)
                        : words_ != nullptr && word.starts_with("[") ? whole + word
                                                                     : word);
        if (is_empty)
            words.emplace_back();
    }
    std::vector<std::string> reversed(words.rbegin(), words.rend()); // as CLI11 wants it
    try {
        app_->parse(reversed);
    } catch (const CLI::CallForHelp&) {
        console.data(app_->help());
        return false;
    } catch (const CLI::ExtrasError&) {
        std::vector<std::string> known;
        for (const auto* option : app_->get_options())
            for (const auto& name : option->get_lnames())
                known.push_back("--" + name);
        for (const auto& word : app_->remaining())
            if (word.starts_with("-"))
                throw base::Error(
                    base::Exit::usage,
                    fmt::format("`rdvc {}` has no option `{}`{}", command_, word,
                                base::suggestion(word.substr(0, word.find('=')), known)));
        throw base::Error(base::Exit::usage, fmt::format("`rdvc {}` does not take `{}`", command_,
                                                         app_->remaining().front()));
    } catch (const CLI::ParseError& error) {
        throw base::Error(base::Exit::usage, fmt::format("rdvc {}: {}", command_, error.what()))
            .hint(fmt::format("rdvc {} --help", command_));
    }
    if (words_ != nullptr)
        for (auto& word : *words_)
            if (word.starts_with(whole))
                word.erase(0, 1);
    return true;
}

} // namespace rdvc::cli
