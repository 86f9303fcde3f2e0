#include "submission/session_arguments.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/error.hpp"

namespace rdvc::submission {

using base::Error;
using base::Exit;

namespace {

std::string_view name_of(SessionKind kind) {
    return kind == SessionKind::shell ? "shell" : "exec";
}

[[noreturn]] void refuse(std::string_view what, std::string_view why,
                         const std::string& hint = "") {
    throw Error(Exit::usage, fmt::format("{} cannot be given: {}", what, why)).hint(hint);
}

// rdvc's own options for runs that nobody watches.
bool is_of_runs(std::string_view name) {
    constexpr auto names = std::to_array<std::string_view>(
        {"after", "array-limit", "cmd", "json", "name-by", "no-warmup", "output", "pack", "params",
         "repeat", "shuffle-seed", "warmup", "yes", "zip"});
    return std::find(names.begin(), names.end(), name) != names.end();
}

void refuse_of_runs(const std::vector<std::string>& words, std::string_view command) {
    for (const auto& word : words)
        if (word.starts_with("--") && is_of_runs(word.substr(2, word.find('=') - 2)))
            refuse(fmt::format("`{}`", word.substr(0, word.find('='))),
                   fmt::format("`rdvc {}` runs no experiment by itself", command),
                   word == "--cmd" ? "rdvc exec -- COMMAND" : "");
}

} // namespace

SessionArguments parse_session_arguments(const std::vector<std::string>& words, SessionKind kind) {
    SessionArguments all;
    const auto dashes = std::find(words.begin(), words.end(), "--");
    std::vector<std::string> before(words.begin(), dashes);
    if (dashes != words.end())
        all.command.assign(dashes + 1, words.end());
    all.on_login = std::erase(before, "--local") > 0;
    refuse_of_runs(before, name_of(kind));
    all.run = parse_run_arguments(before);
    auto& run = all.run;
    if (run.help)
        return all;
    if (run.is_sweep)
        refuse("a sweep", "a session is in one workspace, for one experiment");
    if (kind == SessionKind::shell && dashes != words.end())
        refuse("a command", "`rdvc shell` starts an interactive bash", "rdvc exec -- COMMAND");
    if (run.targets.size() > 1)
        throw Error(Exit::usage, fmt::format("`{}` is one word too many", run.targets[1]))
            .hint(kind == SessionKind::shell ? "rdvc shell [SUBMISSION]"
                                             : "the command comes after `--`: rdvc exec "
                                               "[SUBMISSION] -- COMMAND");
    if (kind == SessionKind::command && (all.command.empty() || all.command.front().empty()))
        throw Error(Exit::usage, "`rdvc exec` needs a command after `--`")
            .hint("rdvc exec [SUBMISSION] [OPTIONS] -- COMMAND [ARGUMENTS]");
    if (!run.targets.empty()) {
        all.submission = run.targets.front();
        run.targets.clear();
        std::erase(run.dvc, all.submission);
    }
    const bool asks_for_job = !run.sbatch.empty() || run.instance;
    if (!all.submission.empty() && (asks_for_job || !run.dvc.empty() || run.name || run.dry_run))
        refuse("options of a job", fmt::format("`{}` has its job already", all.submission));
    if (!all.submission.empty() && all.on_login)
        refuse("`--local`", fmt::format("the job of `{}` is on a compute node", all.submission));
    if (all.on_login && asks_for_job)
        refuse("options of sbatch", "with `--local` there is no job");
    return all;
}

std::vector<RunOption> session_options() {
    auto all = run_options();
    std::erase_if(all, [](const RunOption& option) {
        return option.name.starts_with("--") && is_of_runs(option.name.substr(2));
    });
    all.push_back({"--local", "", "on the login node, without a job"});
    return all;
}

std::string session_help(SessionKind kind) {
    const bool shell = kind == SessionKind::shell;
    return fmt::format(
        "usage: rdvc {0} [OPTIONS]{1}\n"
        "       rdvc {0} SUBMISSION{1}\n\n"
        "{2}\n"
        "Without SUBMISSION a job is submitted for it, with the code as it stands and the options\n"
        "of sbatch that are given. It ends, and the workspace is removed, when the {3}\n"
        "ends or the connection breaks. With SUBMISSION (a job id, an experiment's name or a\n"
        "token, of a sweep's task SUBMISSION.N) it is in the workspace of that job, which goes "
        "on.\n\n"
        "options:\n"
        "  --local           on the login node, without a job\n"
        "  -n NAME, -S KEY=VALUE and others of `dvc exp run`: what run_experiment is to run\n"
        "  --gpus=1, --time=1:00:00 and others of sbatch\n"
        "  --instance --cluster --code --data --only-committed --include -C --fresh-env --dry-run\n"
        "  --quiet --verbose: as for `rdvc run`\n",
        shell ? "shell" : "exec", shell ? "" : " -- COMMAND [ARGUMENTS]",
        shell
            ? "Starts an interactive bash on the cluster, in the workspace and the environment of "
              "a\n"
              "job, with the job's steps as functions to type."
            : "Runs a command on the cluster, in the workspace and the environment of a job, with\n"
              "these standard streams. Ends with the command's exit code, or with 255 if rdvc "
              "failed.",
        shell ? "shell" : "command");
}

} // namespace rdvc::submission
