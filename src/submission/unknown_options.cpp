#include "submission/unknown_options.hpp"

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "slurm/options.hpp"
#include "submission/arguments.hpp"
#include "submission/dvc_options.hpp"

namespace rdvc::submission {

using base::Error;
using base::Exit;

void refuse_unknown_long(const std::string& name) {
    std::vector<std::string> all;
    for (const auto& option : own_options())
        all.emplace_back(option.name);
    for (const auto& option : dvc_options())
        all.emplace_back(option.name);
    for (const auto& option : slurm::options())
        if (option.refusal.empty())
            all.emplace_back(option.name);
    std::vector<std::string> longer;
    for (const auto& candidate : all)
        if (!name.empty() && candidate.starts_with(name))
            longer.push_back("`--" + candidate + "`");
    if (!longer.empty())
        throw Error(Exit::usage, fmt::format("`--{}` is abbreviated", name))
            .hint("write " + base::join(longer, " or ") + " in full");
    for (auto& candidate : all)
        candidate.insert(0, "--");
    throw Error(Exit::usage, fmt::format("neither sbatch nor `dvc exp run` has an option `--{}`{}",
                                         name, base::suggestion("--" + name, all)))
        .hint("use `--sbatch=OPTION[=VALUE]` for options of sbatch that are newer than this "
              "rdvc");
}

void refuse_unknown_short(const std::string& shown) {
    static const std::array<std::pair<std::string_view, std::string_view>, 9> meant = {{
        {"-A", "account"},
        {"-c", "cpus-per-task"},
        {"-d", "dependency"},
        {"-G", "gpus"},
        {"-N", "nodes"},
        {"-t", "time"},
        {"-w", "nodelist"},
        {"-x", "exclude"},
        {"-J", "job-name"},
    }};
    Error error(Exit::usage, fmt::format("`dvc exp run` has no option `{}`", shown));
    for (const auto& [letter, name] : meant)
        if (letter == shown)
            error.hint(
                fmt::format("short options are DVC's; sbatch's are written in full: `--{}`", name));
    throw error;
}

} // namespace rdvc::submission
