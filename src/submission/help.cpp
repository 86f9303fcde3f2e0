// `rdvc run --help`, made from the three tables of options.

#include "submission/help.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "slurm/options.hpp"
#include "submission/arguments.hpp"
#include "submission/dvc_options.hpp"

namespace rdvc::submission {

namespace {

std::string row(const std::string& left, std::string_view text) {
    constexpr std::size_t column = 34;
    if (left.size() + 2 > column)
        return fmt::format("  {}\n{:>{}}  {}\n", left, "", column, text);
    return fmt::format("  {:<{}}{}\n", left, column, text);
}

std::string dvc_row(const DvcOption& option) {
    std::string left = option.letter != 0 ? fmt::format("-{}, ", option.letter) : "    ";
    left += fmt::format("--{}", option.name);
    if (!option.metavar.empty())
        left += fmt::format(" {}", option.metavar);
    return row(left, option.text);
}

} // namespace

std::string run_help() {
    std::string text =
        "usage: rdvc run [OPTIONS] [TARGETS]\n"
        "       rdvc run --cmd [OPTIONS] -- PROGRAM [ARGUMENTS]\n\n"
        "Runs `dvc exp run` with these options and targets as a SLURM job on the cluster, or a\n"
        "program of your own.\n"
        "Short options are DVC's; options of sbatch are written in full (--cpus-per-task=4).\n\n"
        "rdvc:\n";
    for (const auto& option : own_options())
        text +=
            row(fmt::format("--{}{}{}", option.name,
                            option.metavar.empty() || option.metavar.starts_with("[=") ? "" : "=",
                            option.metavar),
                option.help);
    text += "\ndvc exp run:\n";
    for (const auto& option : dvc_options())
        if (option.role != Role::refuse)
            text += dvc_row(option);
    text += "\nsbatch:\n";
    for (const auto& option : slurm::options()) {
        if (!option.refusal.empty())
            continue;
        std::string left = fmt::format("--{}", option.name);
        if (option.argument == slurm::Argument::required)
            left += fmt::format("={}", option.metavar);
        else if (option.argument == slurm::Argument::optional)
            left += fmt::format("[={}]", option.metavar);
        text += row(left, option.since.empty()
                              ? std::string(option.help)
                              : fmt::format("{} (SLURM {} or newer)", option.help, option.since));
    }
    text += "\nnot available, and why:\n";
    for (const auto& option : dvc_options())
        if (option.role == Role::refuse)
            text += dvc_row(option);
    const auto& own = own_options();
    const auto is_own = [&own](const slurm::Option& option) {
        return std::any_of(own.begin(), own.end(),
                           [&](const OwnOption& other) { return other.name == option.name; });
    };
    for (const auto& option : slurm::options())
        if (!option.refusal.empty() && !is_own(option))
            text += row(fmt::format("    --{}", option.name), option.refusal);
    return text;
}

std::vector<RunOption> sbatch_options() {
    std::vector<RunOption> all;
    for (const auto& option : slurm::options())
        if (option.refusal.empty())
            all.push_back({fmt::format("--{}", option.name),
                           option.argument == slurm::Argument::none ? ""
                           : option.argument == slurm::Argument::optional
                               ? fmt::format("[={}]", option.metavar)
                               : std::string(option.metavar),
                           std::string(option.help)});
    return all;
}

std::vector<RunOption> run_options() {
    std::vector<RunOption> all;
    for (const auto& option : own_options())
        all.push_back({fmt::format("--{}", option.name), std::string(option.metavar),
                       std::string(option.help)});
    for (const auto& option : dvc_options()) {
        if (option.role == Role::refuse)
            continue;
        if (!option.name.empty())
            all.push_back({fmt::format("--{}", option.name), std::string(option.metavar),
                           std::string(option.text)});
        if (option.letter != 0)
            all.push_back({fmt::format("-{}", option.letter), std::string(option.metavar),
                           std::string(option.text)});
    }
    const auto sbatch = sbatch_options();
    all.insert(all.end(), sbatch.begin(), sbatch.end());
    return all;
}

} // namespace rdvc::submission
