#include "state/events.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/clock.hpp"
#include "base/columns.hpp"
#include "base/text.hpp"
#include "state/state.hpp"

namespace rdvc::state {

namespace {

using Events = std::vector<Event>;

// True if one of them says `what` at most `before` seconds before `time` and `after` after it.
bool has_near(const Events& events, std::string_view what, double time, double before,
              double after) {
    return std::any_of(events.begin(), events.end(), [&](const Event& one) {
        return one.what == what && one.time >= time - before && one.time <= time + after;
    });
}

// The number in a file's name, `attempt.2` or `claim.2/owner`.
std::string attempt_of(const std::string& file) {
    const auto dot = file.find('.');
    return file.substr(dot + 1, file.find_first_of("./", dot + 1) - dot - 1);
}

void add_marks(Events& events, const Record& record, const Details& details) {
    for (const auto& [time, file] : details.marks) {
        if (file == "job.sh")
            events.push_back({time, "sent", field(record.notes, "command")});
        else if (file == "jobid")
            events.push_back({time, "queued", "as job " + record.job});
        else if (file.starts_with("jobid."))
            events.push_back({time, "queued", "attempt " + attempt_of(file)});
        else if (file.starts_with("attempt."))
            events.push_back({time, "sent again", "attempt " + attempt_of(file)});
        else if (file.starts_with("claim.") && file.ends_with("/revoked"))
            events.push_back({time, "given up", "attempt " + attempt_of(file)});
        else if (file == "cancelled")
            events.push_back({time, "cancelled", "by rdvc cancel"});
        else if (file == "pulled")
            events.push_back({time, "pulled"});
    }
}

// Lines `seconds job restart-count attempt host node`.
void add_starts(Events& events, const Details& details) {
    unsigned count = 0;
    for (const auto& line : details.starts) {
        const auto words = base::words(line);
        if (words.size() < 5)
            continue;
        const auto node = words.size() > 5 ? words[5] : words[4];
        events.push_back({base::parse_time(words[0]), count++ == 0 ? "started" : "started again",
                          fmt::format("job {} on {}, attempt {}", words[1], node, words[3])});
    }
}

// The phases, each until the next one.
void add_phases(Events& events, const Record& record, const Overview& overview) {
    const bool goes_on = is_live(derive_state(record, overview).kind());
    for (std::size_t i = 0; i < record.phases.size(); ++i) {
        const auto& [start, name] = record.phases[i];
        if (name == "restart" || name == "end")
            continue;
        std::optional<double> seconds;
        if (i + 1 < record.phases.size())
            seconds = std::max(0.0, record.phases[i + 1].first - start);
        else if (goes_on)
            seconds = std::max(0.0, static_cast<double>(overview.time) - start);
        const bool is_last = i + 1 == record.phases.size();
        events.push_back({start, "phase", name + (is_last && goes_on ? ", now" : ""), seconds});
    }
}

void add_end(Events& events, const Record& record, const Overview& overview,
             const Details& details) {
    if (record.result.empty())
        return;
    double time = 0;
    for (const auto& [at, file] : details.marks)
        if (file == "result")
            time = at;
    if (time == 0 && !record.phases.empty())
        time = record.phases.back().first;
    const auto state = derive_state(record, overview);
    events.push_back({time, state.word, state.detail});
}

// What accounting knows and our own marks do not.
void add_accounting(Events& events, const Details& details) {
    constexpr double slack = 150; // sbatch may take that long, and a node a while to begin
    for (const auto& ran : details.ran) {
        const auto add = [&](std::int64_t time, const std::string& what,
                             const std::string& detail) {
            if (time > 0)
                events.push_back({static_cast<double>(time), what, detail});
        };
        if (!has_near(events, "queued", static_cast<double>(ran.submit), 5, slack))
            add(ran.submit, "queued", "job " + ran.job);
        if (ran.eligible > ran.submit)
            add(ran.eligible, "eligible", "job " + ran.job);
        if (!has_near(events, "started", static_cast<double>(ran.start), 5, slack) &&
            !has_near(events, "started again", static_cast<double>(ran.start), 5, slack))
            add(ran.start, "started", fmt::format("job {} on {}", ran.job, ran.node));
        if (!slurm::is_active(ran.state.substr(0, ran.state.find(' '))))
            add(ran.end, "job ended", fmt::format("job {}: {}", ran.job, ran.state));
    }
}

// Of a sweep: when its first task began, and when its last one ended.
void add_tasks(Events& events, const Record& record, const Overview& overview) {
    double first = 0;
    double last = 0;
    for (const auto& task : record.tasks) {
        if (task.phases.empty())
            continue;
        const auto begin = task.phases.front().first;
        first = first == 0 ? begin : std::min(first, begin);
        if (!task.result.empty())
            last = std::max(last, task.phases.back().first);
    }
    const auto sweep = derive_sweep(record, overview);
    if (first > 0)
        events.push_back({first, "started", "its first task"});
    if (last > 0)
        events.push_back({last, "ended",
                          is_live(sweep.state.kind())
                              ? "its latest task so far"
                              : "its last task: " + describe_counts(sweep)});
}

// A job waits from `queued` to its start.
void measure_waiting(Events& events) {
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (events[i].what != "queued")
            continue;
        for (auto j = i + 1; j < events.size() && events[j].what != "queued"; ++j)
            if (events[j].what.starts_with("started")) {
                events[i].seconds = events[j].time - events[i].time;
                break;
            }
    }
}

} // namespace

Events events_of(const Record& record, const Overview& overview, const Details& details) {
    Events events;
    add_marks(events, record, details);
    add_starts(events, details);
    if (record.task_count() > 0) {
        add_tasks(events, record, overview);
    } else {
        add_phases(events, record, overview);
        add_end(events, record, overview, details);
    }
    add_accounting(events, details);
    // Accounting has whole seconds: a job ends after what it has done in its last one.
    const auto place = [](const Event& one) {
        return one.what == "job ended" ? std::floor(one.time) + 0.999 : one.time;
    };
    std::stable_sort(events.begin(), events.end(), [&](const Event& one, const Event& other) {
        return place(one) < place(other);
    });
    measure_waiting(events);
    return events;
}

std::string events_text(const Events& events) {
    std::vector<std::vector<std::string>> rows = {{"TIME", "EVENT", "TOOK", "DETAIL"}};
    for (const auto& [time, what, detail, seconds] : events)
        rows.push_back({base::wall_time_exactly(static_cast<std::int64_t>(time)), what,
                        seconds ? base::duration(std::llround(*seconds)) : "", detail});
    return base::columns(rows);
}

} // namespace rdvc::state
