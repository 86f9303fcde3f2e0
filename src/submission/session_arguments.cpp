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

help::Page session_page(SessionKind kind) {
    const bool shell = kind == SessionKind::shell;
    const std::string command = shell ? "" : " -- COMMAND [ARGUMENTS]";
    const auto run = run_page();
    auto own = run.sections.at(0).rows;
    std::erase_if(own, [](const help::Row& row) {
        return row.name.starts_with("--") && is_of_runs(row.name.substr(2));
    });
    own.insert(own.begin(), {0, "--local", "", "on the login node, without a job"});
    return {
        .command = std::string(name_of(kind)),
        .summary = fmt::format(
            "{}\n\nWithout SUBMISSION a job is submitted for it, with the code as it stands and "
            "the "
            "options of sbatch that are given. It ends, and the workspace is removed, when the {} "
            "ends or the connection breaks. With SUBMISSION it is in the workspace of that job, "
            "which goes on.",
            shell
                ? "Starts an interactive bash on the cluster, in the workspace and the environment "
                  "of a job, with the job's steps as functions to type."
                : "Runs a command on the cluster, in the workspace and the environment of a job, "
                  "with these standard streams. Ends with the command's exit code, or with 255 if "
                  "rdvc failed.",
            shell ? "shell" : "command"),
        .usage = {"[OPTIONS]" + command, "SUBMISSION" + command},
        .sections = {{"arguments",
                      {{0, "SUBMISSION", "",
                        "a job id, an experiment's name or a token, of a sweep's task "
                        "SUBMISSION.N"}}},
                     {"options", own},
                     {"options of dvc exp run", run.sections.at(1).rows,
                      "what run_experiment is to run, as `rdvc run --help` lists them"},
                     {"options of sbatch", sbatch_rows(), "as `rdvc run --help` lists them"}},
    };
}

} // namespace rdvc::submission
