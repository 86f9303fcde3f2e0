// The page of `rdvc run`, made from the three tables of options.

#include "submission/help.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "slurm/options.hpp"
#include "submission/arguments.hpp"
#include "submission/dvc_options.hpp"

namespace rdvc::submission {

namespace {

help::Row row_of(const DvcOption& option) {
    return {option.letter, option.name.empty() ? "" : fmt::format("--{}", option.name),
            std::string(option.metavar), std::string(option.text)};
}

std::vector<help::Row> own_rows() {
    std::vector<help::Row> rows;
    for (const auto& option : own_options())
        rows.push_back({0, fmt::format("--{}", option.name), std::string(option.metavar),
                        std::string(option.help)});
    return rows;
}

std::vector<help::Row> dvc_rows() {
    std::vector<help::Row> rows;
    for (const auto& option : dvc_options())
        if (option.role != Role::refuse)
            rows.push_back(row_of(option));
    return rows;
}

// What is not available, and why.
std::vector<help::Row> refused_rows() {
    std::vector<help::Row> rows;
    for (const auto& option : dvc_options())
        if (option.role == Role::refuse)
            rows.push_back(row_of(option));
    const auto& own = own_options();
    const auto is_own = [&own](const slurm::Option& option) {
        return std::any_of(own.begin(), own.end(),
                           [&](const OwnOption& other) { return other.name == option.name; });
    };
    for (const auto& option : slurm::options())
        if (!option.refusal.empty() && !is_own(option))
            rows.push_back({0, fmt::format("--{}", option.name), "", std::string(option.refusal)});
    return rows;
}

} // namespace

std::vector<help::Row> sbatch_rows() {
    std::vector<help::Row> rows;
    for (const auto& option : slurm::options()) {
        if (!option.refusal.empty())
            continue;
        rows.push_back({0, fmt::format("--{}", option.name),
                        option.argument == slurm::Argument::none ? ""
                        : option.argument == slurm::Argument::optional
                            ? fmt::format("[={}]", option.metavar)
                            : std::string(option.metavar),
                        option.since.empty()
                            ? std::string(option.help)
                            : fmt::format("{} (SLURM {} or newer)", option.help, option.since)});
    }
    return rows;
}

std::vector<help::Row> run_rows(const std::vector<std::string>& names) {
    auto rows = own_rows();
    const auto of_dvc = dvc_rows();
    rows.insert(rows.end(), of_dvc.begin(), of_dvc.end());
    std::erase_if(rows, [&](const help::Row& row) {
        return std::find(names.begin(), names.end(), row.name) == names.end();
    });
    return rows;
}

help::Page run_page() {
    return {
        .command = "run",
        .summary =
            "Runs `dvc exp run` with these options and targets as a SLURM job on the cluster, or a "
            "program of your own. Short options are DVC's; options of sbatch are written in full "
            "(--cpus-per-task=4).",
        .usage = {"[OPTIONS] [TARGETS]", "--cmd [OPTIONS] -- PROGRAM [ARGUMENTS]"},
        .sections = {{"options", own_rows()},
                     {"options of dvc exp run", dvc_rows()},
                     {"options of sbatch", sbatch_rows()},
                     {.title = "not available, and why",
                      .rows = refused_rows(),
                      .for_completion = false}},
    };
}

} // namespace rdvc::submission
