#include "remote/status.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/core.h>

#include "base/text.hpp"
#include "remote/told.hpp"
#include "submission/tasks.hpp"
#include "submission/token.hpp"

namespace rdvc::remote {

using base::Error;
using base::Exit;

namespace {

void add_line(state::Record& kept, const std::string& file, const std::string& line) {
    if (file == "submission")
        kept.notes.insert(base::key_and_value(line));
    else if (file == "result")
        kept.result.insert(base::key_and_value(line));
    else if (file == "phases") {
        const auto [time, phase] = base::key_and_value(line);
        kept.phases.emplace_back(base::parse_time(time), phase);
    } else if (file == "jobid")
        kept.job = slurm::is_job_id(line) ? line : "";
    else if (file == "arrays") {
        const auto [id, offset] = base::key_and_value(line);
        if (const auto number = base::parse_number(offset); number && slurm::is_job_id(id))
            kept.arrays.push_back({id, *number});
    } else if (file == "sbatch.exit")
        kept.sbatch_exit = line;
    else if (file == "sbatch.err")
        kept.sbatch_error = line;
    else if (file == "pulled")
        kept.pulled = true;
    else if (file == "claim")
        kept.claimed = true;
    else if (file == "revoked")
        kept.revoked = line;
    else if (file == "attempt")
        kept.attempt = base::parse_number(line).value_or(1);
    else if (file == "new")
        kept.is_new = true;
    else if (file == "cancelled")
        kept.cancelled = true;
    else if (file == "name") // as in the file `tasks`
        kept.notes["name"] = submission::read_tasks(line).front().name;
    else if (file == "slurm")
        kept.slurm = line;
    else if (file == "idle") {
        const auto [time, words] = base::key_and_value(line);
        kept.idle_since = base::parse_time(time);
        kept.idle_words = words;
    } else if (file == "starts") {
        // time, job, restarts, attempt, host; and the name that SLURM gives the node
        constexpr std::size_t place = 5;
        const auto words = base::words(line);
        kept.node = words.size() > place ? words[place] : "";
    } else if (file == "stopped")
        kept.stopped = line;
}

} // namespace

namespace {

// The record of a sweep's task. The cluster tells them in order; one that it must not tell is put
// where nobody looks.
state::Record& task_of(state::Record& sweep, const std::string& word) {
    const auto number = base::parse_number(word).value_or(0);
    auto& tasks = sweep.tasks;
    const auto at = std::lower_bound(
        tasks.begin(), tasks.end(), number,
        [](const state::Record& one, unsigned sought) { return one.task < sought; });
    if (at != tasks.end() && at->task == number)
        return *at;
    return *tasks.insert(at, {.token = sweep.token, .task = number});
}

// Checks the folder's path: it becomes part of URLs, in which anything else could name another
// host.
std::string sound_folder(const std::string& dir) {
    if (!dir.starts_with("/") || base::printable(dir) != dir)
        throw Error(Exit::failed, "the cluster's answer does not name rdvc's folder").context(dir);
    return dir;
}

} // namespace

void add_frame(state::Overview& overview, const transport::Frame& frame) {
    if (frame.verb == "submission") {
        const auto token = base::key_and_value(frame.rest).first;
        if (submission::is_token(token)) // it becomes part of paths
            overview.submissions.push_back({.token = token});
    } else if (frame.verb == "file" && !overview.submissions.empty()) {
        const auto [token, rest] = base::key_and_value(frame.rest);
        const auto [file, line] = base::key_and_value(rest);
        if (token == overview.submissions.back().token)
            add_line(overview.submissions.back(), file, line);
    } else if (frame.verb == "row" && !overview.submissions.empty()) {
        const auto parts = base::split(frame.rest, '\x01');
        auto& task = task_of(overview.submissions.back(), parts.front());
        for (std::size_t i = 1; i < parts.size(); ++i) {
            const auto [file, line] = base::key_and_value(parts[i]);
            add_line(task, file, line);
        }
    } else if (frame.verb == "unsure") {
        const auto [name, words] = base::key_and_value(frame.rest);
        const auto dot = name.find('.');
        for (auto& kept : overview.submissions)
            if (kept.token == name.substr(0, dot))
                (dot == std::string::npos ? kept : task_of(kept, name.substr(dot + 1))).unsure =
                    words;
    } else if (frame.verb == "job") {
        if (auto job = slurm::parse_squeue_line(frame.rest))
            overview.jobs.emplace(job->token, *job);
    } else if (frame.verb == "squeue") {
        overview.squeue_answered = frame.rest == "ok";
        overview.squeue_words = frame.rest;
    } else if (frame.verb == "queue_time") {
        overview.queue_time = std::strtoll(frame.rest.c_str(), nullptr, 10);
    } else if (frame.verb == "accounting") {
        overview.accounting_words = frame.rest;
    } else if (frame.verb == "time") {
        overview.time = static_cast<std::int64_t>(base::parse_time(frame.rest));
    } else if (frame.verb == "rsync") {
        overview.has_rsync = true;
    } else if (frame.verb == "dir") {
        overview.dir = sound_folder(frame.rest);
    }
}

namespace {

// Reads an answer, and adds the lines that the cluster leaves out because it has sent them before.
class StatusAnswer {
  public:
    StatusAnswer(state::Overview& overview, std::vector<Told> before)
        : overview_(overview), before_(std::move(before)) {}

    void add(const transport::Frame& frame) {
        add_frame(overview_, frame);
        if (frame.verb == "submission")
            begin(frame.rest);
        else if (frame.verb == "file" && !now_.empty())
            note(frame.rest);
    }

    [[nodiscard]] const std::vector<Told>& now() const { return now_; }
    [[nodiscard]] const std::vector<Told>& before() const { return before_; }

  private:
    void begin(const std::string& rest) {
        const auto [token, words] = base::key_and_value(rest);
        const auto [digest, same] = base::key_and_value(words);
        now_.push_back({token, digest, {}});
        const auto told =
            std::find_if(before_.begin(), before_.end(),
                         [&, &token = token](const Told& one) { return one.token == token; });
        if (same != "same" || told == before_.end())
            return;
        now_.back().lines = told->lines;
        for (const auto& line : told->lines)
            add_frame(overview_, {"file", fmt::format("{} {}", token, line)});
    }

    // Leaves out the line `new`, which says that SLURM was asked before the job was submitted: soon
    // that no longer holds.
    void note(const std::string& rest) {
        const auto [token, line] = base::key_and_value(rest);
        if (token == now_.back().token && !line.starts_with("new "))
            now_.back().lines.push_back(line);
    }

    state::Overview& overview_;
    std::vector<Told> before_;
    std::vector<Told> now_;
};

struct Question {
    std::string mirror;
    std::string only;
    unsigned limit = 0;
    Wanted wanted = Wanted::all;
};

// `on_metrics` may be empty: then metrics are not asked for.
state::Overview ask(Cluster& cluster, const Question& question, const Cluster::OnData& on_metrics) {
    const auto& [mirror, only, limit, wanted] = question;
    state::Overview overview;
    overview.stalled_after = cluster.stalled_after();
    script::Variables variables;
    variables.words = {{"mirror", mirror},
                       {"only", only},
                       {"limit", fmt::format("{}", limit)},
                       {"ended", wanted == Wanted::with_result ? "1" : "0"},
                       {"table", ""},
                       {"extra", on_metrics ? "metrics" : ""}};
    variables.lists["plots_of"] = {};
    // Remembers only short lists: long ones are rare.
    constexpr unsigned short_list = 100;
    const bool remembers = only.empty() && wanted == Wanted::all && limit <= short_list;
    const auto file = cluster.told_file(mirror);
    StatusAnswer answer(overview, remembers ? read_told(file) : std::vector<Told>());
    auto& known = variables.lists["known"];
    for (const auto& told : answer.before())
        if (known.size() < limit)
            known.push_back(told.token + ":" + told.digest);
    cluster.ask(
        "status", variables, [&](const transport::Frame& frame) { answer.add(frame); },
        on_metrics ? on_metrics : [](std::string_view) {});
    if (remembers)
        write_told(file, answer.now(), answer.before());
    return overview;
}

} // namespace

state::Overview ask_overview(Cluster& cluster, const std::string& mirror, const std::string& only,
                             unsigned limit, Wanted wanted) {
    return ask(cluster, {mirror, only, limit, wanted}, {});
}

state::Overview ask_with_metrics(Cluster& cluster, const std::string& mirror, unsigned limit,
                                 const Cluster::OnData& on_metrics) {
    return ask(cluster, {mirror, "", limit, Wanted::all}, on_metrics);
}

state::Overview ask_overview(Cluster& cluster, const std::string& mirror,
                             const std::vector<std::string>& tokens) {
    return ask_overview(cluster, mirror, base::join(tokens, "\n"), all_submissions);
}

} // namespace rdvc::remote
