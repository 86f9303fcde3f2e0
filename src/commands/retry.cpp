// `rdvc retry`: another attempt of a submission that is known to be gone; where the cluster has
// nothing of it, a new submission.

#include <algorithm>

#include <fmt/core.h>

#include "base/quote.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "commands/submissions.hpp"
#include "slurm/options.hpp"
#include "submission/arguments.hpp"
#include "submission/token.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

// What the laptop wrote down of it; of another laptop's submission as much as is known.
ledger::Record record_of(cli::World& world, const Project& project, const Cluster& cluster,
                         const std::string& token) {
    for (auto& record : open_ledger(world).read())
        if (record.token == token)
            return record;
    return {.token = token,
            .time = timestamp(),
            .cluster = cluster.name(),
            .mirror = project.mirror,
            .name = token.substr(0, 8),
            .commit = {},
            .job = {},
            .dir = project.config.text("cluster.dir")};
}

// `--OPTION=VALUE` as sbatch takes it, for what changes this time. Throws Error (usage).
std::vector<std::string> sbatch_words(const submission::RunArguments& arguments,
                                      const std::string& token) {
    if (!arguments.dvc.empty() || arguments.name || arguments.has_targets() || arguments.is_command)
        throw Error(Exit::usage,
                    "only sbatch's options can change: the code, the arguments and the "
                    "name are those of the submission")
            .hint("for another experiment: rdvc run");
    std::vector<std::string> options;
    for (const auto& [name, value] : arguments.sbatch) {
        const std::string own = name == "comment" ? "rdvc:" + token + " " : "";
        options.push_back("--" + name + (value ? "=" + own + *value : ""));
    }
    return options;
}

struct Answer {
    std::string verb; ///< submitted, refused, kept, absent, unknown; "" if none came
    std::string rest;
    std::vector<std::string> errors;
    transport::Connection::Reply reply;
};

Answer ask_retry(Cluster& cluster, const std::string& token,
                 const std::vector<std::string>& options) {
    script::Variables variables;
    variables.words = {{"token", token}};
    variables.lists = {{"options", options}};
    Answer answer;
    answer.reply =
        cluster.execute("retry", variables, submission::make_token(), {}, base::Effect::changes,
                        [&](const transport::Frame& frame) {
                            constexpr std::string_view last = " refused kept absent unknown ";
                            if (frame.verb == "err")
                                answer.errors.push_back(frame.rest);
                            else if (is_submitted(frame) ||
                                     last.find(" " + frame.verb + " ") != std::string_view::npos) {
                                answer.verb = frame.verb;
                                answer.rest = frame.rest;
                            }
                        });
    return answer;
}

// Why there is no new attempt.
Error failure(const std::string& what, const std::string& cluster, const Answer& answer) {
    const auto [kind, rest] = base::key_and_value(answer.rest);
    if (answer.verb == "kept" && kind == "live")
        return Error(Exit::failed, fmt::format("{} has a job: {}", what, rest))
            .hint("rdvc cancel " + what + ", if it is to begin again");
    if (answer.verb == "kept" && kind == "unpublished")
        return Error(Exit::failed, fmt::format("{} has a result that is not published yet", what))
            .hint("rdvc recover " + what);
    if (answer.verb == "kept")
        return Error(Exit::failed, fmt::format("{} has its result: {}", what, kind))
            .hint("rdvc pull " + what + "; for another experiment: rdvc run");
    if (answer.verb == "refused" && kind == "sbatch")
        return Error(Exit::refused, "sbatch refused the job")
            .context(base::join(answer.errors, "\n"));
    if (answer.verb == "refused")
        return Error(Exit::not_ready, rest).context(base::join(answer.errors, "\n"));
    if (answer.reply.outcome == transport::Outcome::unreachable ||
        answer.reply.outcome == transport::Outcome::no_bash)
        return connection_error(cluster, answer.reply);
    return Error(Exit::unknown, "it is not known whether there is a new job")
        .context(answer.verb == "unknown"
                     ? base::trim(answer.rest + "\n" + base::join(answer.errors, "\n"))
                     : transport::main_reason(answer.reply.errors))
        .hint("`rdvc status` will tell once the cluster answers");
}

} // namespace

Exit retry(cli::World& world, const Words& words) {
    if (words.empty() || words.front() == "--help" || words.front() == "-h") {
        cli::Console::data(
            "usage: rdvc retry SUBMISSION [SBATCH OPTIONS]\n\n"
            "Submits again what is known to be gone: the same code, arguments and name, as "
            "another\n"
            "attempt. A training goes on from its outputs with `persist: true`. sbatch's options\n"
            "replace those of before, e.g. --time=12:00:00 --mem=64G. Where the cluster has "
            "nothing\n"
            "of the submission, the same `rdvc run` is done again.\n\n"
            "  SUBMISSION        a job id, an experiment's name or a token\n"
            "  --cluster NAME    use [clusters.NAME]\n");
        return words.empty() ? Exit::usage : Exit::done;
    }
    const auto arguments = submission::parse_run_arguments(Words(words.begin() + 1, words.end()));
    const Project project = open_project(world, arguments.cluster.value_or(""));
    Cluster cluster(world, project.config);
    const auto& what = words.front();
    const auto token = find_submission(world, cluster, project.mirror, what);
    const auto options = sbatch_words(arguments, token);
    auto ledger = open_ledger(world);
    auto record = record_of(world, project, cluster, token);
    if (const auto dir = project.config.text("cluster.dir");
        !record.dir.empty() && record.dir != dir)
        throw Error(Exit::configuration, fmt::format("{} was submitted in {}", what, record.dir))
            .context(fmt::format(
                "cluster.dir is {} now, where nothing tells whether its job is gone", dir))
            .hint(fmt::format("RDVC_CLUSTER_DIR={} rdvc retry {}", record.dir, what));
    const auto held = ledger.hold(token);
    if (held == nullptr)
        throw Error(Exit::failed, fmt::format("another `rdvc` is submitting {}", what));
    const auto before = record;
    record.state = ledger::State::unconfirmed;
    ledger.conclude(record);
    const auto answer = ask_retry(cluster, token, options);
    if (answer.verb == "absent" && !record.words.empty()) {
        record.state = ledger::State::refused;
        ledger.conclude(record);
        world.console.note("the cluster has nothing of it; submitting the project as it is now: "
                           "rdvc run " +
                           base::quote_all(record.words));
        return run(world, record.words);
    }
    if (answer.verb != "submitted") {
        auto error = answer.verb == "absent"
                         ? Error(Exit::failed, fmt::format("the cluster has nothing of {}", what))
                               .hint("rdvc run")
                         : failure(what, cluster.name(), answer);
        record.state = error.code() == Exit::unknown ? ledger::State::unconfirmed : before.state;
        if (before.is_open() && error.code() == Exit::refused)
            record.state = ledger::State::refused;
        ledger.conclude(record);
        throw error;
    }
    record.state = ledger::State::submitted;
    record.job = base::key_and_value(answer.rest).first;
    ledger.conclude(record);
    world.console.note(fmt::format("submitted {} again as job {}", record.name, record.job));
    world.console.note(fmt::format("next:  rdvc logs -f {0}    rdvc wait {0}", record.job));
    return Exit::done;
}

} // namespace rdvc::commands
