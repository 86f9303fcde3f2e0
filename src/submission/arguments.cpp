#include "submission/arguments.hpp"

#include <algorithm>
#include <array>
#include <regex>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "slurm/options.hpp"
#include "submission/dvc_options.hpp"
#include "submission/name.hpp"
#include "submission/sweep_options.hpp"
#include "submission/unknown_options.hpp"
#include "sweep/sweep.hpp"

namespace rdvc::submission {

using base::Error;
using base::Exit;

namespace {

class Parser {
  public:
    explicit Parser(const std::vector<std::string>& words) : words_(words) {}

    RunArguments parse() {
        while (at_ < words_.size()) {
            const std::string& word = words_[at_++];
            if (word == "--") {
                behind_dashes_ = {words_.begin() + static_cast<long>(at_) - 1, words_.end()};
                at_ = words_.size();
            } else if (word.starts_with("--")) {
                long_option(word);
            } else if (word.size() > 1 && word[0] == '-') {
                short_options(word);
            } else {
                result_.dvc.push_back(word);
                result_.targets.push_back(word);
            }
        }
        if (result_.is_command)
            take_command();
        else
            take_targets();
        return std::move(result_);
    }

  private:
    void take_targets() {
        refuse_without_sweep(result_);
        if (!result_.outputs.empty()) // sbatch has this option too
            refuse_if_owned(*slurm::find_option("output"));
        result_.dvc.insert(result_.dvc.end(), behind_dashes_.begin(), behind_dashes_.end());
        if (behind_dashes_.size() > 1)
            result_.targets.insert(result_.targets.end(), behind_dashes_.begin() + 1,
                                   behind_dashes_.end());
    }

    // The first word for `dvc exp run` that does not belong to a `-S`, or nothing.
    [[nodiscard]] std::optional<std::string> other_than_settings() const {
        std::vector<bool> is_setting(result_.dvc.size(), false);
        for (const auto& [word, begin] : result_.override_places) {
            is_setting[word] = true;
            if (begin == 0) // the option is a word of its own
                is_setting[word - 1] = true;
        }
        const auto other = std::find(is_setting.begin(), is_setting.end(), false);
        if (other == is_setting.end())
            return std::nullopt;
        return result_.dvc[static_cast<std::size_t>(other - is_setting.begin())];
    }

    // Options of `dvc exp run` mean nothing to a command, except for `-S`: its values are
    // arguments.
    void take_command() {
        constexpr auto usage = "rdvc run --cmd [OPTIONS] -- COMMAND [ARGUMENTS]";
        if (const auto other = other_than_settings())
            throw Error(Exit::usage, fmt::format("`{}` cannot be given with `--cmd`", *other))
                .context(other->starts_with("-")
                             ? "it is an option of `dvc exp run`, which does not run"
                             : "the command and its arguments come after `--`")
                .hint(usage);
        refuse_without_sweep(result_);
        if (result_.pull)
            throw Error(Exit::usage, "`--pull` and `--no-pull` cannot be given with `--cmd`")
                .context("they are options of `dvc exp run`, which does not run");
        if (behind_dashes_.size() < 2 || behind_dashes_[1].empty())
            throw Error(Exit::usage, "`--cmd` needs a command after `--`").hint(usage);
        result_.command = {behind_dashes_.begin() + 1, behind_dashes_.end()};
        result_.dvc.clear();
    }

    // The value of an option: after `=`, or the next word. As in argparse, a next word that looks
    // like an option is not a value.
    std::string value(const std::string& option, const std::optional<std::string>& attached) {
        if (attached)
            return *attached;
        static const std::regex negative_number(R"(-\d+|-\d*\.\d+)");
        const bool missing =
            at_ == words_.size() || (words_[at_].size() > 1 && words_[at_][0] == '-' &&
                                     words_[at_].find(' ') == std::string::npos &&
                                     !std::regex_match(words_[at_], negative_number));
        if (missing)
            throw Error(Exit::usage, fmt::format("`{}` needs a value", option));
        return words_[at_++];
    }

    void long_option(const std::string& word) {
        const auto equals = word.find('=');
        const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
        std::optional<std::string> attached;
        if (equals != std::string::npos)
            attached = word.substr(equals + 1);

        const auto& own = own_options();
        const auto own_row = std::find_if(own.begin(), own.end(),
                                          [&](const OwnOption& o) { return o.name == name; });
        if (own_row != own.end() && !is_of_sbatch(name, attached))
            return own_option(*own_row, attached);
        const auto& dvc = dvc_options();
        const auto dvc_row = std::find_if(dvc.begin(), dvc.end(),
                                          [&](const DvcOption& o) { return o.name == name; });
        if (dvc_row != dvc.end()) {
            if (dvc_row->metavar.empty() && attached)
                throw Error(Exit::usage, fmt::format("`--{}` takes no value", name));
            const std::size_t before = at_;
            std::optional<std::string> given;
            if (!dvc_row->metavar.empty())
                given = value("--" + name, attached);
            return dvc_option(*dvc_row, "--" + name, given, word,
                              at_ > before ? std::optional(*given) : std::nullopt);
        }
        if (const auto* option = slurm::find_option(name))
            return sbatch_option(*option, attached);
        refuse_unknown_long(name);
    }

    // sbatch has an option `--exclude`, too, with names of nodes.
    [[nodiscard]] bool is_of_sbatch(const std::string& name,
                                    const std::optional<std::string>& attached) const {
        const auto& given = attached ? *attached : at_ < words_.size() ? words_[at_] : name;
        return name == "exclude" && given.find('=') == std::string::npos;
    }

    void own_option(const OwnOption& option, const std::optional<std::string>& attached) {
        const std::string shown = fmt::format("--{}", option.name);
        if (option.metavar.empty() && attached)
            throw Error(Exit::usage, fmt::format("`{}` takes no value", shown));
        const bool takes_next = !option.metavar.empty() && !option.metavar.starts_with("[=");
        const std::string given = takes_next ? value(shown, attached) : attached.value_or("");
        if (option.name == "include" || option.name == "output")
            refuse_empty(shown, given);
        if (option.name == "instance")
            result_.instance = given;
        else if (option.name == "cluster")
            result_.cluster = given;
        else if (option.name == "code")
            result_.code = one_of(shown, given, {"ssh", "origin"});
        else if (option.name == "data")
            result_.data = one_of(shown, given, {"ssh", "remote"});
        else if (option.name == "only-committed")
            result_.only_committed = true;
        else if (option.name == "include")
            result_.include.push_back(given);
        else if (option.name == "fresh-env")
            result_.fresh_env = true;
        else if (option.name == "cmd")
            result_.is_command = true;
        else if (option.name == "output")
            result_.outputs.push_back(given);
        else if (option.name == "no-pull")
            result_.pull = false;
        else if (option.name == "after")
            add_after(given);
        else if (option.name == "yes")
            result_.yes = true;
        else if (option.name == "no-preflight")
            result_.preflight = false;
        else if (option.name == "dry-run")
            result_.dry_run = true;
        else if (option.name == "json")
            result_.json = true;
        else if (!take_sweep_option(result_, option.name, given))
            any_sbatch_option(given);
    }

    // An empty path (from an unset variable) would mean the whole folder.
    static void refuse_empty(const std::string& shown, const std::string& given) {
        if (given.empty())
            throw Error(Exit::usage, fmt::format("`{}` is empty", shown));
    }

    static std::string one_of(const std::string& shown, const std::string& given,
                              const std::array<std::string_view, 2>& choices) {
        if (given != choices[0] && given != choices[1])
            throw Error(Exit::usage, fmt::format("`{}` is `{}`; it must be `{}` or `{}`", shown,
                                                 given, choices[0], choices[1]));
        return given;
    }

    void add_after(const std::string& given) {
        for (auto& one : parse_after(given))
            result_.after.push_back(std::move(one));
    }

    // `--sbatch=OPTION[=VALUE]`: for options that the table does not know.
    void any_sbatch_option(std::string text) {
        while (text.starts_with("-"))
            text.erase(0, 1);
        const auto equals = text.find('=');
        const std::string name = text.substr(0, equals);
        if (name.empty() ||
            name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") != std::string::npos)
            throw Error(Exit::usage, fmt::format("`--sbatch={}` names no option", text))
                .hint("write the long form, e.g. `--sbatch=partition=gpu`");
        std::optional<std::string> attached;
        if (equals != std::string::npos)
            attached = text.substr(equals + 1);
        if (const auto* option = slurm::find_option(name))
            refuse_if_owned(*option);
        else
            refuse_abbreviation(name); // sbatch would accept the abbreviation
        result_.sbatch.emplace_back(name, attached);
    }

    static void refuse_abbreviation(const std::string& name) {
        for (const auto& option : slurm::options())
            if (option.name.starts_with(name))
                throw Error(Exit::usage, fmt::format("`--sbatch={}` is abbreviated", name))
                    .hint(fmt::format("write `{}` in full", option.name));
    }

    static void refuse_if_owned(const slurm::Option& option) {
        if (!option.refusal.empty())
            throw Error(Exit::usage,
                        fmt::format("`--{}` cannot be given: {}", option.name, option.refusal));
    }

    void sbatch_option(const slurm::Option& option, const std::optional<std::string>& attached) {
        const std::string shown = fmt::format("--{}", option.name);
        refuse_if_owned(option);
        if (option.argument == slurm::Argument::none && attached)
            throw Error(Exit::usage, fmt::format("`{}` takes no value", shown));
        std::optional<std::string> given = attached;
        if (option.argument == slurm::Argument::required)
            given = value(shown, attached);
        result_.sbatch.emplace_back(std::string(option.name), given);
    }

    // `word` is the argument as typed, `next` the following one if the option took it.
    void dvc_option(const DvcOption& option, const std::string& shown,
                    const std::optional<std::string>& given, const std::string& word,
                    const std::optional<std::string>& next) {
        if (option.role == Role::refuse)
            throw Error(Exit::usage, fmt::format("`{}` cannot be given: {}", shown, option.text));
        if (option.role == Role::own)
            return act_on(option, given);
        // Hydra's grammar: only a deleted key has no value.
        if (option.name == "set-param" && given->find_first_of("=~") == std::string::npos)
            throw Error(Exit::usage, fmt::format("`{} {}` has no value", shown, *given))
                .context("write KEY=VALUE, or FILE:KEY=VALUE for a file other than params.yaml");
        note_scope(option, given);
        result_.dvc.push_back(word);
        if (next)
            result_.dvc.push_back(*next);
        if (option.name != "set-param")
            return;
        result_.override_places.push_back(
            {result_.dvc.size() - 1, result_.dvc.back().size() - given->size()});
        result_.is_sweep = result_.is_sweep || sweep::is_sweep(*given);
    }

    // These determine which stages will run.
    void note_scope(const DvcOption& option, const std::optional<std::string>& given) {
        const std::array<std::pair<std::string_view, bool*>, 6> flags = {{
            {"force", &result_.force},
            {"all-pipelines", &result_.all_pipelines},
            {"pipeline", &result_.pipeline},
            {"single-item", &result_.single_item},
            {"downstream", &result_.downstream},
            {"recursive", &result_.recursive},
        }};
        for (const auto& [name, flag] : flags)
            if (option.name == name)
                *flag = true;
        if (option.name == "set-param")
            result_.overrides.push_back(*given);
    }

    void act_on(const DvcOption& option, const std::optional<std::string>& given) {
        if (option.name == "name") {
            check_name(*given);
            result_.name = *given;
        } else if (option.name == "copy-paths") {
            refuse_empty("--copy-paths", *given);
            result_.copy_paths.push_back(*given);
        } else if (option.name == "pull") {
            result_.pull = true;
        } else if (option.name == "help") {
            result_.help = true;
        } else if (option.name == "quiet") {
            result_.quiet = true;
        } else {
            result_.verbose = true;
        }
    }

    // `-fS a=b`, `-nNAME`: letters without a value may be followed by more; one with a value takes
    // the rest of the word, or the next word. Each option is passed on as a word of its own.
    void short_options(const std::string& word) {
        for (std::size_t i = 1; i < word.size(); ++i) {
            const auto& table = dvc_options();
            const auto row = std::find_if(table.begin(), table.end(),
                                          [&](const DvcOption& o) { return o.letter == word[i]; });
            const std::string shown = std::string("-") + word[i];
            if (row == table.end())
                refuse_unknown_short(shown);
            if (row->metavar.empty()) {
                dvc_option(*row, shown, std::nullopt, shown, std::nullopt);
                continue;
            }
            std::string rest = word.substr(i + 1);
            if (rest.starts_with("="))
                rest.erase(0, 1); // as argparse does
            const bool attached = i + 1 < word.size();
            const std::string given = value(shown, attached ? std::optional(rest) : std::nullopt);
            if (attached)
                dvc_option(*row, shown, given, "-" + word.substr(i), std::nullopt);
            else
                dvc_option(*row, shown, given, shown, given);
            return;
        }
    }

    const std::vector<std::string>& words_;
    std::size_t at_ = 0;
    std::vector<std::string> behind_dashes_; // and the dashes, if any
    RunArguments result_;
};

} // namespace

RunArguments parse_run_arguments(const std::vector<std::string>& words) {
    return Parser(words).parse();
}

} // namespace rdvc::submission
