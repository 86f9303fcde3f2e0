#include "commands/submissions.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/core.h>

#include "base/text.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

void add_line(Kept& kept, const std::string& file, const std::string& line) {
    if (file == "submission")
        kept.notes.insert(base::key_and_value(line));
    else if (file == "result")
        kept.result.insert(base::key_and_value(line));
    else if (file == "phases") {
        const auto [time, phase] = base::key_and_value(line);
        kept.phases.emplace_back(std::strtod(time.c_str(), nullptr), phase);
    } else if (file == "jobid")
        kept.job = line;
    else if (file == "sbatch.exit")
        kept.sbatch_exit = line;
    else if (file == "sbatch.err")
        kept.sbatch_error = line;
    else if (file == "pulled")
        kept.pulled = true;
    else if (file == "claim")
        kept.claimed = true;
}

} // namespace

std::string field(const std::map<std::string, std::string>& map, const std::string& key) {
    const auto found = map.find(key);
    return found == map.end() ? "" : found->second;
}

bool Kept::is_command() const {
    return field(notes, "kind") == "command";
}

unsigned long Kept::output() const {
    return std::strtoul(field(result, "output").c_str(), nullptr, 10);
}

State derive_state(const Kept& kept, const Overview& overview) {
    const std::string phase = kept.phases.empty() ? "" : kept.phases.back().second;
    const auto job = std::find_if(overview.jobs.begin(), overview.jobs.end(),
                                  [&](const slurm::Job& j) { return j.token == kept.token; });
    const bool has_job = job != overview.jobs.end();
    const bool good =
        field(kept.result, "state") == "published" || field(kept.result, "state") == "done";
    const bool requeued = has_job && job->state == "PENDING" && !good;
    if (!kept.result.empty() && !requeued) {
        const auto word = field(kept.result, "state");
        // The job can only say that it was stopped; SLURM knows by what.
        const bool stopped = word == "failed" && has_job && !slurm::is_active(job->state) &&
                             job->state != "FAILED" && job->state != "COMPLETED";
        return {stopped ? base::lower(job->state) : word, field(kept.result, "phase"),
                field(kept.result, "message")};
    }
    if (has_job) {
        if (job->state == "PENDING")
            return {"pending", phase, slurm::explain_reason(job->reason)};
        if (slurm::is_active(job->state))
            return {job->state == "COMPLETING" ? "running" : base::lower(job->state), phase, ""};
        return {base::lower(job->state), phase,
                phase.empty() ? "the job was ended before it started"
                              : "SLURM ended the job before it could say more"};
    }
    if (!overview.squeue_answered)
        return {"unknown", phase, "squeue does not answer: " + overview.squeue_words};
    if (!kept.job.empty() || kept.claimed || kept.sbatch_exit == "0")
        return {"lost", phase,
                kept.claimed ? "the job ended without a result; see its log"
                             : "SLURM knows the job no more, and it never started"};
    if (kept.sbatch_exit.empty())
        return {"unconfirmed", phase, "sbatch has not answered"};
    return {"refused", phase, kept.sbatch_error.empty() ? "sbatch refused it" : kept.sbatch_error};
}

Overview ask_overview(Cluster& cluster, const std::string& mirror, const std::string& only,
                      unsigned limit, const std::vector<std::string>& also) {
    Overview overview;
    script::Variables variables;
    variables.lists = {{"also", also}};
    variables.words = {{"mirror", mirror}, {"only", only}, {"limit", fmt::format("{}", limit)}};
    cluster.ask("status", variables, [&](const transport::Frame& frame) {
        if (frame.verb == "submission") {
            overview.submissions.push_back({.token = frame.rest});
        } else if (frame.verb == "file" && !overview.submissions.empty()) {
            const auto [token, rest] = base::key_and_value(frame.rest);
            const auto [file, line] = base::key_and_value(rest);
            if (token == overview.submissions.back().token)
                add_line(overview.submissions.back(), file, line);
        } else if (frame.verb == "job") {
            if (auto job = slurm::parse_squeue_line(frame.rest))
                overview.jobs.push_back(std::move(*job));
        } else if (frame.verb == "squeue") {
            overview.squeue_answered = frame.rest == "ok";
            overview.squeue_words = frame.rest;
        } else if (frame.verb == "time") {
            overview.time = std::strtoll(frame.rest.c_str(), nullptr, 10);
        } else if (frame.verb == "rsync") {
            overview.has_rsync = true;
        } else if (frame.verb == "dir") {
            overview.dir = frame.rest;
        }
    });
    return overview;
}

std::string find_submission(cli::World& world, Cluster& cluster, const std::string& mirror,
                            const std::string& word) {
    const auto matches = [&](const std::string& token, const std::string& job,
                             const std::string& name) {
        return word.empty() || job == word || name == word ||
               (word.size() >= 4 && token.starts_with(word));
    };
    std::vector<std::string> found;
    for (const auto& record : open_ledger(world).read())
        if (record.mirror == mirror && record.cluster == cluster.name() &&
            record.state != ledger::State::refused &&
            matches(record.token, record.job, record.name))
            found.push_back(record.token);
    if (found.empty()) {
        constexpr unsigned all = 1000000;
        auto overview = ask_overview(cluster, mirror, "", word.empty() ? 1 : all);
        std::reverse(overview.submissions.begin(), overview.submissions.end());
        for (const auto& kept : overview.submissions)
            if (matches(kept.token, kept.job, field(kept.notes, "name")))
                found.push_back(kept.token);
    }
    if (found.empty())
        throw Error(Exit::usage, word.empty()
                                     ? "this project has no submission"
                                     : fmt::format("no submission of this project is `{}`", word))
            .hint(word.empty() ? "rdvc run" : "`rdvc status` lists them");
    return found.back();
}

} // namespace rdvc::commands
