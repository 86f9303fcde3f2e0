#include "state/why.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "project/failure.hpp"
#include "state/describe.hpp"
#include "state/state.hpp"

namespace rdvc::state {

namespace {

constexpr std::size_t most_log_lines = 40;

// The end of these lines, and of a long traceback its beginning too.
std::vector<std::string> shortened(std::vector<std::string> lines) {
    if (lines.size() <= most_log_lines)
        return lines;
    constexpr std::size_t first = 12;
    std::vector<std::string> text(lines.begin(), lines.begin() + first);
    text.emplace_back("...");
    text.insert(text.end(), lines.end() - (most_log_lines - first - 1), lines.end());
    return text;
}

// Of the log, or if the cluster no longer has it, of what the job has recorded.
std::vector<std::string> lines_that_matter(const Record& record, const Details& details) {
    if (!details.log) {
        auto said = base::split(field(record.result, "said"), '\t');
        std::erase(said, "");
        return said;
    }
    const auto failure = base::lines(project::last_failure(details.log->end));
    if (!failure.empty())
        return shortened(failure);
    constexpr std::size_t few = 10;
    auto lines = base::lines(details.log->end);
    if (lines.size() > few)
        lines.erase(lines.begin(), lines.end() - few);
    return lines;
}

void add_line_of_jobs(Why& why, const Details& details, const std::string& reason) {
    if (!details.line || (reason != "Priority" && reason != "Resources" && reason != "None"))
        return;
    const auto& [higher, own, all] = *details.line;
    const auto partition = field(details.job, "Partition");
    const auto whose = own == 0        ? ""
                       : own == higher ? std::string(", all of them yours")
                                       : fmt::format(", {} of them yours", own);
    why.facts.push_back((higher == 0
                             ? "no job of higher priority waits"
                             : fmt::format("{} of higher priority wait{}",
                                           base::count(higher, "job"), higher == 1 ? "s" : "")) +
                        " in partition " + partition + whose);
}

void add_start(Why& why, const Details& details, const Overview& overview,
               const std::string& reason) {
    const auto start = slurm::epoch_of(field(details.job, "StartTime"));
    if (start > overview.time)
        why.facts.push_back(fmt::format(
            "{} in {}, at {}", reason == "BeginTime" ? "it may start" : "SLURM expects to start it",
            base::duration(start - overview.time), base::wall_time(start, overview.time)));
    else if (reason == "Priority" || reason == "Resources")
        why.facts.emplace_back("SLURM has not estimated when it starts");
}

// What holds a job that waits, and the command that helps.
void add_waiting(Why& why, const Record& record, const Overview& overview, const Details& details) {
    const auto reason = field(details.job, "Reason");
    const auto& job = details.job;
    add_line_of_jobs(why, details, reason);
    add_start(why, details, overview, reason);
    if (const auto on = field(job, "Dependency"); !on.empty() && on != "(null)")
        why.facts.push_back("it depends on " + on);
    const auto tres = field(job, "ReqTRES").empty() ? field(job, "TRES") : field(job, "ReqTRES");
    if (!tres.empty())
        why.facts.push_back(fmt::format("it asks for {} for {}", tres, field(job, "TimeLimit")));
    if (const auto since = slurm::epoch_of(field(job, "SubmitTime")); since > 0)
        why.facts.push_back(
            fmt::format("it has waited for {}",
                        base::duration(std::max<std::int64_t>(overview.time - since, 0))));
    const bool never = slurm::explain_reason(reason).find("never start") != std::string::npos;
    why.next = reason == "JobHeldUser"
                   ? fmt::format("scontrol release {} (on the cluster)", record.job_id())
               : never ? "rdvc cancel " + record.id()
                       : "rdvc wait " + record.id();
}

unsigned restarts_of(const Record& record) {
    return static_cast<unsigned>(
        std::count_if(record.phases.begin(), record.phases.end(),
                      [](const auto& phase) { return phase.second == "restart"; }));
}

void add_running(Why& why, const Record& record, const Overview& overview, const Details& details) {
    const auto ago = [&](std::int64_t time) {
        return base::duration(std::max<std::int64_t>(overview.time - time, 0));
    };
    if (!record.phases.empty()) {
        const auto& [start, phase] = record.phases.back();
        const auto since = static_cast<std::int64_t>(start);
        why.facts.push_back(fmt::format("it has been in phase {} for {}, since {}", phase,
                                        ago(since), base::wall_time(since, overview.time)));
    }
    if (const auto node = field(details.job, "NodeList"); !node.empty() && node != "(null)")
        why.facts.push_back("it runs on " + node);
    const auto end = slurm::epoch_of(field(details.job, "EndTime"));
    if (end > overview.time)
        why.facts.push_back(
            fmt::format("its time limit of {} ends in {}, at {}", field(details.job, "TimeLimit"),
                        base::duration(end - overview.time), base::wall_time(end, overview.time)));
    if (details.log)
        why.facts.push_back(fmt::format("its log is {} long, last written {} ago",
                                        base::bytes(details.log->size), ago(details.log->time)));
    if (const auto again = restarts_of(record); again > 0)
        why.facts.push_back(fmt::format("it was started again {}",
                                        again == 1 ? "once" : fmt::format("{} times", again)));
    why.next = "rdvc logs -f " + record.id();
}

// What helps against a cause.
struct Cause {
    std::string_view word;         ///< of the result, or the state's
    std::string_view next;         ///< before the submission
    std::string_view options = {}; ///< after it
};

const Cause* find_cause(const std::string& word) {
    static const std::vector<Cause> causes = {
        {"time_limit", "rdvc retry", " --time=..."},
        {"timeout", "rdvc retry", " --time=..."},
        {"out_of_memory", "rdvc retry", " --mem=x2"},
        {"node_failure", "rdvc retry", " --exclude-nodes"},
        {"node_fail", "rdvc retry", " --exclude-nodes"},
        {"boot_fail", "rdvc retry", " --exclude-nodes"},
        {"setup", "rdvc logs"},
        {"stage", "rdvc logs"},
        {"hook", "rdvc logs"},
        {"restarts", "rdvc logs"},
        {"disk_full", "rdvc retry"},
        {"preempted", "rdvc retry"},
        {"cancelled", "rdvc retry"},
        {"signal", "rdvc retry"},
        {"lost", "rdvc retry"},
        {"refused", "rdvc retry"},
        {"not submitted", "rdvc retry"},
    };
    const auto found = std::find_if(causes.begin(), causes.end(),
                                    [&](const Cause& one) { return one.word == word; });
    return found == causes.end() ? nullptr : &*found;
}

void add_end(Why& why, const Record& record, const State& state, const Overview& overview,
             const Details& details) {
    const auto* cause = find_cause(field(record.result, "cause"));
    if (cause == nullptr)
        cause = find_cause(state.word);
    const auto node = field(record.result, "node");
    if (!node.empty())
        why.facts.push_back("it ran on " + node);
    if (const auto run = seconds_run(record, overview)) {
        const auto end = static_cast<std::int64_t>(record.phases.back().first);
        why.facts.push_back(fmt::format("it ran for {}, until {}",
                                        base::duration(static_cast<std::int64_t>(*run)),
                                        base::wall_time(end, overview.time)));
    }
    if (const auto partial = base::parse_number(field(record.result, "partial")).value_or(0);
        partial > 0)
        why.facts.push_back(fmt::format("it has left {}: rdvc pull --partial {}",
                                        base::count(partial, "file"), record.id()));
    if (may_be_recovered(record, overview))
        why.next = "rdvc recover " + record.id();
    else if (cause != nullptr)
        why.next = fmt::format("{} {}{}", cause->next, record.id(), cause->options);
    if (record.claimed || !record.result.empty())
        why.log = lines_that_matter(record, details);
}

// What the tasks that have no result say, most frequent first.
void add_tasks(Why& why, const Record& record, const Overview& overview) {
    struct Group {
        std::string text;
        std::vector<std::string> tasks;
    };
    std::vector<Group> groups;
    for (unsigned number = 1; number <= record.task_count(); ++number) {
        const auto task = record.of_task(number);
        const auto state = derive_state(task, overview);
        if (has_result(state.kind()) || is_live(state.kind()))
            continue;
        const auto text = state.word + (state.detail.empty() ? "" : ": " + state.detail);
        auto group = std::find_if(groups.begin(), groups.end(),
                                  [&](const Group& one) { return one.text == text; });
        if (group == groups.end())
            group = groups.insert(groups.end(), Group{text, {}});
        group->tasks.push_back(task.id());
    }
    std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
        return a.tasks.size() > b.tasks.size();
    });
    constexpr std::size_t most = 5;
    for (std::size_t i = 0; i < std::min(groups.size(), most); ++i)
        why.facts.push_back(
            fmt::format("{} {} ({})", groups[i].tasks.size(), groups[i].text,
                        groups[i].tasks.front() + (groups[i].tasks.size() > 1 ? ", ..." : "")));
    if (groups.size() > most)
        why.facts.push_back(base::count(groups.size() - most, "other"));
    if (!groups.empty())
        why.next = "rdvc why " + groups.front().tasks.front();
}

} // namespace

Why why_of(const Record& record, const Overview& overview, const Details& details) {
    const bool is_sweep = record.task_count() > 0;
    const auto sweep = is_sweep ? derive_sweep(record, overview) : SweepState();
    const auto state = is_sweep ? sweep.state : derive_state(record, overview);
    const auto words = is_sweep ? describe_counts(sweep) : state.word;
    const auto jobs =
        record.job.empty() ? "" : fmt::format(" (job {})", base::join(record.job_ids(), ", "));
    Why why{fmt::format("{}{}: {}", name_of(record), jobs, words),
            {},
            {},
            next_command(state.kind(), record.id())};
    if (!is_sweep && !state.detail.empty())
        why.facts.push_back(state.detail);
    if (is_sweep)
        add_tasks(why, record, overview);
    const bool waits =
        state.kind() == Kind::pending || (is_sweep && field(details.job, "JobState") == "PENDING");
    if (waits && is_sweep)
        why.facts.push_back("pending: " + slurm::explain_reason(field(details.job, "Reason")));
    if (waits)
        add_waiting(why, record, overview, details);
    else if (is_sweep)
        return why;
    else if (state.kind() == Kind::running)
        add_running(why, record, overview, details);
    else if (has_result(state.kind()) || state.kind() == Kind::built)
        why.next = ending_of(record, overview).next;
    else
        add_end(why, record, state, overview, details);
    return why;
}

std::string as_text(const Why& why) {
    auto text = base::printable(why.what) + "\n";
    for (const auto& fact : why.facts)
        text += "  " + base::printable(fact) + "\n";
    if (!why.log.empty())
        text += "\n";
    for (const auto& line : why.log)
        text += "  | " + base::printable(project::plain(line)) + "\n";
    return text + (why.next.empty() ? "" : "\nnext:  " + base::printable(why.next) + "\n");
}

} // namespace rdvc::state
