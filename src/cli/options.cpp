#include "cli/options.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "help/described.hpp"
#include "world/console.hpp"
#include "world/world.hpp"

namespace rdvc::cli {

Options::Options(const std::string& command, const std::string& summary)
    : app_(std::make_unique<CLI::App>(summary, "rdvc " + command)) {
    app_->set_help_flag("-h,--help");
    page_.command = command;
    page_.summary = summary;
    page_.usage = {"[OPTIONS]"};
    page_.sections = {{"arguments", {}}, {"options", {}}};
}

Options::~Options() = default;

void Options::add_row(const std::string& names, const std::string& metavar,
                      const std::string& help) {
    help::Row row{0, names, metavar, help};
    if (const auto comma = names.find(','); comma != std::string::npos) {
        row.letter = names[1];
        row.name = names.substr(comma + 1);
    }
    page_.sections[row.name.starts_with("-") ? 1 : 0].rows.push_back(row);
}

Options& Options::flag(const std::string& names, bool& target, const std::string& help) {
    app_->add_flag(names, target);
    add_row(names, "", help);
    return *this;
}

Options& Options::text(const std::string& names, std::string& target, const std::string& help,
                       const std::string& metavar) {
    app_->add_option(names, target);
    add_row(names, metavar, help);
    return *this;
}

Options& Options::optional_text(const std::string& names, std::string& target,
                                const std::string& help, const std::string& metavar) {
    app_->add_option(names, target)->expected(0, 1);
    add_row(names, "[=" + metavar + "]", help);
    return *this;
}

Options& Options::texts(const std::string& names, std::vector<std::string>& target,
                        const std::string& help, const std::string& metavar) {
    app_->add_option(names, target)->allow_extra_args(false);
    add_row(names, metavar, help + "; may be given several times");
    return *this;
}

Options& Options::number(const std::string& names, unsigned& target, const std::string& help) {
    app_->add_option(names, target)->check(CLI::Range(1U, 1000000U));
    add_row(names, "N", target == 0 ? help : fmt::format("{}; default: {}", help, target));
    return *this;
}

Options& Options::words(const std::string& name, std::vector<std::string>& target,
                        const std::string& help) {
    app_->add_option(name, target);
    add_row(name, "", help);
    page_.usage.front() += fmt::format(" [{}...]", name);
    words_ = &target;
    return *this;
}

Options& Options::word(const std::string& name, std::string& target, const std::string& help) {
    app_->add_option(name, target);
    add_row(name, "", help);
    page_.usage.front() += fmt::format(" [{}]", name);
    return *this;
}

bool Options::given(const std::string& name) const {
    return app_->count(name) > 0;
}

namespace {

constexpr std::size_t widest = 100; // of help, in characters

// CLI11 takes a word like `[a,b]` apart, but not one that begins with this.
constexpr char whole = '\x01';

} // namespace

bool Options::parse(const std::vector<std::string>& arguments, world::Console& console) {
    bool quiet = false;
    bool verbose = false;
    app_->add_flag("-q,--quiet", quiet);
    app_->add_flag("-v,--verbose", verbose);
    auto page = page_;
    for (const auto& row : common_rows())
        page.sections[1].rows.push_back(row);
    if (is_answered_by_help(page, arguments, console))
        return false;
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
        return !is_answered_by_help(page, {"--help"}, console);
    } catch (const CLI::ExtrasError&) {
        std::vector<std::string> known;
        for (const auto* option : app_->get_options())
            for (const auto& name : option->get_lnames())
                known.push_back("--" + name);
        for (const auto& word : app_->remaining())
            if (word.starts_with("-"))
                throw base::Error(
                    base::Exit::usage,
                    fmt::format("`rdvc {}` has no option `{}`{}", page_.command, word,
                                base::suggestion(word.substr(0, word.find('=')), known)));
        throw base::Error(base::Exit::usage, fmt::format("`rdvc {}` does not take `{}`",
                                                         page_.command, app_->remaining().front()));
    } catch (const CLI::ParseError& error) {
        throw base::Error(base::Exit::usage,
                          fmt::format("rdvc {}: {}", page_.command, error.what()))
            .hint(fmt::format("rdvc {} --help", page_.command));
    }
    set_verbosity(console, quiet, verbose);
    if (words_ != nullptr)
        for (auto& word : *words_)
            if (word.starts_with(whole))
                word.erase(0, 1);
    return true;
}

bool is_answered_by_help(const help::Page& page, const std::vector<std::string>& words,
                         const world::Console& console) {
    if (words.size() != 1)
        return false;
    const auto& word = words.front();
    if (word == "--help" || word == "-h") {
        const auto size = console.size();
        console.data(help::as_text(page, std::min(widest, size ? size->columns : widest)));
    } else if (word == help::describe_word) {
        console.data(help::described_text(help::described(page)));
    } else if (word == help::man_word) {
        console.data(help::as_man_page(page, world::version()));
    } else {
        return false;
    }
    return true;
}

void set_verbosity(world::Console& console, bool quiet, bool verbose) {
    if (quiet || verbose)
        console.verbosity = quiet ? world::Verbosity::quiet : world::Verbosity::verbose;
}

std::vector<help::Row> common_rows() {
    return {{'q', "--quiet", "", "print only data and errors"},
            {'v', "--verbose", "", "show the programs that rdvc runs, and how long they take"},
            {'h', "--help", "", "this help"}};
}

} // namespace rdvc::cli
