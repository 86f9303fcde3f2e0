// `rdvc retry`: another attempt of a submission that is known to be gone; if the cluster has
// nothing of it, a new submission.

#include <algorithm>

#include <fmt/core.h>

#include "base/quote.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "remote/cluster.hpp"
#include "remote/lookup.hpp"
#include "remote/project.hpp"
#include "send/retry.hpp"
#include "slurm/options.hpp"
#include "slurm/reports.hpp"
#include "submission/arguments.hpp"
#include "submission/help.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

help::Page page() {
    return {
        .command = "retry",
        .summary = "Submits again what is known to be gone: the same code, arguments and name, as "
                   "another attempt. A training continues from its outputs with `persist: true`. "
                   "Of a sweep these are the tasks that have no result. sbatch's options replace "
                   "the earlier ones. If the cluster has nothing of the submission, the same "
                   "`rdvc run` is repeated.",
        .usage = {"SUBMISSION [OPTIONS] [SBATCH OPTIONS]"},
        .sections =
            {{"arguments",
              {{0, "SUBMISSION", "",
                "a job id, an experiment's name or a token; SUBMISSION.7 is one task"}}},
             {"options",
              {{0, "--failed", "", "only what has failed, not what was cancelled or lost"},
               {0, "--all", "", "all that has no result (default)"},
               {0, "--mem", "x2",
                "twice the memory of the last attempt (x3, ...); of a sweep, for the tasks "
                "that ran "
                "out of it"},
               {0, "--exclude-nodes", "",
                "not on the nodes that have failed under it; added to --exclude"},
               {0, "--cluster", "NAME", "use [clusters.NAME]"},
               {0, "--no-preflight", "",
                "submit also what the cluster would refuse, as far as its limits are known"}}},
             {"options of every command", cli::common_rows()},
             {"options of sbatch", submission::sbatch_rows(), "as `rdvc run --help` lists them"}},
    };
}

// The words of `rdvc retry` that neither sbatch nor `rdvc run` has.
struct RetryWords {
    Words others; ///< the submission, then sbatch's options
    bool failed = false;
    bool all = false;
    bool avoid_nodes = false;
};

// Its own options are not among those of `rdvc run`, which names what was probably meant.
void refuse_mistyped(const std::string& word) {
    const auto name = word.substr(0, word.find('='));
    const auto& own = submission::own_options();
    const bool is_known =
        slurm::find_option(name.substr(std::min<std::size_t>(2, name.size()))) != nullptr ||
        std::any_of(own.begin(), own.end(),
                    [&](const auto& option) { return name == fmt::format("--{}", option.name); });
    const auto meant = base::suggestion(name, {"--failed", "--all", "--exclude-nodes"});
    if (name.starts_with("--") && !is_known && !meant.empty())
        throw Error(Exit::usage, fmt::format("`rdvc retry` has no option `{}`{}", name, meant));
}

RetryWords read(const Words& words) {
    RetryWords read;
    for (const auto& word : words)
        if (word == "--failed")
            read.failed = true;
        else if (word == "--all")
            read.all = true;
        else if (word == "--exclude-nodes")
            read.avoid_nodes = true;
        else if (word.starts_with("--exclude-nodes="))
            throw Error(Exit::usage, "`--exclude-nodes` takes no value")
                .context("it finds the nodes that have failed")
                .hint("to name nodes: --exclude=NODES");
        else {
            refuse_mistyped(word);
            read.others.push_back(word);
        }
    if (read.failed && read.all)
        throw Error(Exit::usage, "`--failed` and `--all` contradict each other");
    if (read.others.empty() || read.others.front().starts_with("-"))
        throw Error(Exit::usage, "`rdvc retry` needs a submission before its options")
            .hint("`rdvc status` lists them");
    return read;
}

// `tasks`: of a sweep, those that were sent, as SLURM writes indices.
void report(const world::World& world, const ledger::Record& record, const std::string& tasks) {
    const auto ranges = slurm::index_ranges(tasks);
    unsigned count = 0;
    for (const auto& range : ranges)
        count += range.last - range.first + 1;
    constexpr std::size_t few = 60;
    const auto listed = base::printable(tasks.substr(0, tasks.find('%')));
    const auto which = count == 0 ? ""
                       : listed.size() <= few
                           ? fmt::format(" ({}: {})", base::count(count, "task"), listed)
                           : fmt::format(" ({})", base::count(count, "task"));
    world.console.note(
        fmt::format("submitted {}{} again as job {}", record.name, which, record.job));
    const auto first = count == 0 ? record.job : fmt::format("{}.{}", record.job, ranges[0].first);
    world.console.note(
        count > 1 ? fmt::format("next:  rdvc status {0}    rdvc logs -f {1}    rdvc wait {0}",
                                record.job, first)
                  : fmt::format("next:  rdvc logs -f {0}    rdvc wait {0}", first));
}

} // namespace

Exit retry(world::World& world, const Words& words) {
    if (cli::is_answered_by_help(page(), words, world.console))
        return Exit::done;
    const auto own = read(words);
    const auto arguments =
        submission::parse_run_arguments(Words(own.others.begin() + 1, own.others.end()));
    cli::set_verbosity(world.console, arguments.quiet, arguments.verbose);
    const remote::Project project = remote::open_project(world, arguments.cluster.value_or(""));
    remote::Cluster cluster(world, project.config);
    const auto& what = own.others.front();
    const send::RetryQuestion question{
        .what = what,
        .target = remote::find_target(world, cluster, project.mirror, what),
        .arguments = arguments,
        .which = own.failed ? send::Which::failed : send::Which::without_result,
        .avoid_nodes = own.avoid_nodes};
    const auto [record, tasks] = send::retry(world, project, cluster, question);
    if (record.state == ledger::State::refused) {
        world.console.note("the cluster has nothing of it; submitting the project as it is now: "
                           "rdvc run " +
                           base::quote_all(record.words));
        return run(world, record.words);
    }
    report(world, record, tasks);
    return Exit::done;
}

} // namespace rdvc::commands
