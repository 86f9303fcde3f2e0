#include "state/describe.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/columns.hpp"
#include "base/text.hpp"
#include "state/measured.hpp"
#include "state/state.hpp"

namespace rdvc::state {

std::string name_of(const Record& record) {
    const auto published = field(record.result, "name");
    return published.empty() ? field(record.notes, "name") : published;
}

std::string phase_and_age(const Record& record, const State& state, const Overview& overview) {
    if (record.phases.empty() || state.kind() == Kind::pending || has_result(state.kind()) ||
        state.kind() == Kind::built)
        return "";
    const bool ended = !record.result.empty();
    const auto since = overview.time - static_cast<std::int64_t>(record.phases.back().first);
    return ended ? state.phase
                 : fmt::format("{}, {}", state.phase, base::age(std::max<std::int64_t>(since, 0)));
}

namespace {

void add_line(std::string& text, std::string_view key, const std::string& value) {
    if (!value.empty())
        text += fmt::format("{:<12} {}\n", key, base::printable(value));
}

// What was used, and what to ask for next time.
void add_usage(std::string& text, const Record& record, const Overview& overview) {
    const auto measured = measured_of(record, overview);
    std::string_view key = "used";
    for (const auto& [what, amount] : describe_usage(measured.used, measured.asked)) {
        add_line(text, key, fmt::format("{:<6} {}", what, amount));
        key = "";
    }
    key = "advice";
    for (const auto& sentence : measured.advice()) {
        add_line(text, key, sentence);
        key = "";
    }
}

// What all of its tasks have in common.
void add_submission(std::string& text, const Record& record) {
    add_line(text, "token", record.token);
    for (const auto* key : {"command", "commit", "snapshot"})
        add_line(text, key, field(record.notes, key));
    add_line(text, "submitted", field(record.notes, "time"));
    add_line(text, "after", field(record.notes, "after"));
}

// A sweep and a row for each of its tasks.
std::string describe_sweep(const Record& record, const Overview& overview) {
    const auto sweep = derive_sweep(record, overview);
    std::string text;
    const auto line = [&text](std::string_view key, const std::string& value) {
        add_line(text, key, value);
    };
    line("sweep", fmt::format("{}, {}", name_of(record), base::count(record.task_count(), "task")));
    line("state", describe_counts(sweep));
    line("job", record.job.empty() ? "" : base::join(record.job_ids(), ", "));
    add_submission(text, record);
    add_usage(text, record, overview);
    std::vector<std::vector<std::string>> rows = {
        {"TASK", record.is_command() ? "NAME" : "EXPERIMENT", "STATE", "PHASE", "DETAIL"}};
    for (unsigned number = 1; number <= record.task_count(); ++number) {
        const auto task = record.of_task(number);
        const auto state = derive_state(task, overview);
        rows.push_back({task.id(), name_of(task), state.word, phase_and_age(task, state, overview),
                        state.detail});
    }
    return text + "\n" + base::columns(rows);
}

// Everything that is known about one submission.
std::string describe_one(const Record& record, const State& state, const Overview& overview,
                         const std::string& cluster) {
    std::string text;
    const auto line = [&text](std::string_view key, const std::string& value) {
        add_line(text, key, value);
    };
    line(record.is_command() ? "name" : "experiment", name_of(record));
    line("state", state.word + (state.detail.empty() ? "" : ": " + state.detail));
    line("start", expected_start(record, overview));
    line("job", record.job.empty() ? "" : base::join(record.job_ids(), ", "));
    line("node", field(record.result, "node"));
    add_submission(text, record);
    for (std::size_t i = 0; i < record.phases.size(); ++i) {
        const auto& [start, name] = record.phases[i];
        const bool last = i + 1 == record.phases.size();
        if (last && !record.result.empty())
            continue;
        const double end = last ? static_cast<double>(overview.time) : record.phases[i + 1].first;
        line(i == 0 ? "phases" : "",
             fmt::format("{:<12} {:8.2f} s", name, std::max(0.0, end - start)));
    }
    add_usage(text, record, overview);
    const auto folder = overview.dir + "/submissions/" + record.token;
    line("log", record.job.empty() || overview.dir.empty() // which only the cluster says
                    ? ""
                    : fmt::format("{}:{}/slurm-{}.out", cluster, folder, record.log_id()));
    if (record.output() > 0)
        line("output",
             fmt::format("{}{}", base::count(record.output(), "file"),
                         record.pulled ? "" : ", not pulled yet: rdvc pull " + record.id()));
    if (const auto partial = base::parse_number(field(record.result, "partial")))
        line("partial",
             fmt::format("{}: rdvc pull --partial {}", base::count(*partial, "file"), record.id()));
    line("kept", field(record.result, "kept"));
    if (may_be_recovered(record, overview))
        text += fmt::format("\nnext: rdvc recover {}\n", record.id());
    return text;
}

} // namespace

std::string describe(const Record& record, const Overview& overview, const std::string& cluster) {
    return record.task_count() > 0
               ? describe_sweep(record, overview)
               : describe_one(record, derive_state(record, overview), overview, cluster);
}

Ending ending_of(const Record& record, const Overview& overview) {
    if (record.task_count() > 0) {
        const auto sweep = derive_sweep(record, overview);
        unsigned good = 0;
        for (const auto& [word, count] : sweep.counts)
            good += has_result(kind_of(word)) ? count : 0;
        if (good == record.task_count())
            return {true, describe_counts(sweep), "", "rdvc pull " + record.id()};
        return {false, describe_counts(sweep), sweep.state.detail,
                fmt::format("rdvc status {0}    rdvc retry {0}", record.id())};
    }
    const auto state = derive_state(record, overview);
    if (state.kind() == Kind::built || (state.kind() == Kind::done && record.output() == 0))
        return {true, state.word, state.detail};
    if (has_result(state.kind()))
        return {true, state.word, "", next_command(state.kind(), record.id())};
    const bool ran = state.kind() == Kind::failed || state.kind() == Kind::ended;
    return {false,
            state.phase.empty() ? state.word
                                : fmt::format("{} in phase {}", state.word, state.phase),
            state.detail,
            ran && record.claimed ? "rdvc logs " + record.id()
                                  : next_command(state.kind(), record.id())};
}

} // namespace rdvc::state
