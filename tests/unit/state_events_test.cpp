// `rdvc events`: marks, records and accounting as one timeline.

#include "state/events.hpp"

#include <gtest/gtest.h>

#include <fmt/core.h>

#include "state/json.hpp"

namespace rdvc::state {
namespace {

constexpr auto of_events = "0123456789abcdef0123456789abcdef";

Record event_record() {
    return {.token = of_events,
            .notes = {{"name", "first"}, {"command", "rdvc run -n first"}},
            .phases = {{110, "workspace"},
                       {112, "experiment"},
                       {150, "restart"},
                       {150.5, "workspace"},
                       {152.5, "experiment"},
                       {200, "end"}},
            .job = "12",
            .claimed = true};
}

Overview at_300() {
    Overview all;
    all.squeue_answered = true;
    all.time = 300;
    return all;
}

std::vector<std::string> event_lines(const std::vector<Event>& events) {
    std::vector<std::string> all;
    for (const auto& [time, what, detail, seconds] : events)
        all.push_back(fmt::format("{} {}{}{}", time, what, detail.empty() ? "" : ": " + detail,
                                  seconds ? fmt::format(" [{}]", *seconds) : ""));
    return all;
}

TEST(Events, OfAJobThatWasStartedAgain) {
    auto one = event_record();
    one.result = {{"state", "published"}};
    Details details;
    details.marks = {{100, "job.sh"}, {101, "jobid"}, {201, "result"}, {250, "pulled"}};
    details.starts = {"109 12 0 1 host n1", "150 12 1 1 host n2", "torn"};
    details.ran = {
        *parse_ran("12|NODE_FAIL|101|101|108|140|n1|rdvc:" + std::string(of_events), of_events),
        *parse_ran("12|COMPLETED|101|145|149|202|n2|", of_events)};
    EXPECT_EQ(event_lines(events_of(one, at_300(), details)),
              (std::vector<std::string>{
                  "100 sent: rdvc run -n first", "101 queued: as job 12 [8]",
                  "109 started: job 12 on n1, attempt 1", "110 phase: workspace [2]",
                  "112 phase: experiment [38]", "140 job ended: job 12: NODE_FAIL",
                  "145 eligible: job 12", "150 started again: job 12 on n2, attempt 1",
                  "150.5 phase: workspace [2]", "152.5 phase: experiment [47.5]", "201 published",
                  "202 job ended: job 12: COMPLETED", "250 pulled"}));
}

TEST(Events, OfSeveralAttempts) {
    Record one{.token = of_events, .notes = {{"name", "first"}}, .job = "13", .attempt = 2};
    auto now = at_300();
    now.jobs = {{of_events, {"13", "PENDING", "Priority", "N/A", of_events}}};
    Details details;
    details.marks = {{100, "job.sh"},    {101, "jobid.1"}, {120, "claim.1/revoked"},
                     {130, "attempt.2"}, {131, "jobid"},   {140, "cancelled"}};
    EXPECT_EQ(event_lines(events_of(one, now, details)),
              (std::vector<std::string>{"100 sent", "101 queued: attempt 1",
                                        "120 given up: attempt 1", "130 sent again: attempt 2",
                                        "131 queued: as job 13", "140 cancelled: by rdvc cancel"}));
}

TEST(Events, OfARunningJobTakeUntilNow) {
    auto one = event_record();
    one.phases = {{110, "workspace"}, {112, "experiment"}};
    auto now = at_300();
    now.jobs = {{of_events, {"12", "RUNNING", "None", "N/A", of_events}}};
    EXPECT_EQ(
        event_lines(events_of(one, now, {})),
        (std::vector<std::string>{"110 phase: workspace [2]", "112 phase: experiment, now [188]"}));
}

// What accounting alone knows: another laptop cleaned the cluster, or a mark was lost.
TEST(Events, AreAccountingsWhereThereAreNoMarks) {
    const Record one{.token = of_events, .notes = {{"name", "first"}}, .job = "12"};
    Details details;
    details.ran = {*parse_ran("12|TIMEOUT|101|101|108|140|n1|", of_events)};
    EXPECT_EQ(event_lines(events_of(one, at_300(), details)),
              (std::vector<std::string>{"101 queued: job 12 [7]", "108 started: job 12 on n1",
                                        "140 job ended: job 12: TIMEOUT"}));
}

TEST(Events, OfASweepAreItsFirstAndLastTask) {
    Record one{.token = of_events, .notes = {{"name", "grid"}, {"tasks", "2"}}, .job = "12"};
    one.tasks = {{.token = of_events,
                  .task = 1,
                  .result = {{"state", "done"}},
                  .phases = {{110, "workspace"}, {120, "end"}}},
                 {.token = of_events,
                  .task = 2,
                  .result = {{"state", "done"}},
                  .phases = {{108, "workspace"}, {130, "end"}}}};
    EXPECT_EQ(event_lines(events_of(one, at_300(), {})),
              (std::vector<std::string>{"108 started: its first task",
                                        "130 ended: its last task: 2 done"}));
}

TEST(Events, TakeNoOtherSubmissionsJob) {
    EXPECT_FALSE(
        parse_ran("12|COMPLETED|1|1|1|1|n1|rdvc:ffffffffffffffffffffffffffffffff", of_events));
    EXPECT_FALSE(parse_ran("sacct: error", of_events));
    EXPECT_EQ(parse_ran("12_3|RUNNING|1|Unknown|2024-03-11T12:00:00|None|n1|", of_events)->start,
              0);
}

TEST(Events, AreJsonForPrograms) {
    Details details;
    details.marks = {{100, "job.sh"}};
    auto one = event_record();
    one.phases.clear();
    EXPECT_EQ(as_json(one, events_of(one, at_300(), details)),
              "{\n  \"events\": [\n    {\n      \"detail\": \"rdvc run -n first\",\n"
              "      \"event\": \"sent\",\n      \"seconds\": null,\n      \"time\": 100.0\n"
              "    }\n  ],\n  \"job\": \"12\",\n  \"name\": \"first\",\n  \"schema\": 1,\n"
              "  \"task\": 0,\n  \"token\": \"0123456789abcdef0123456789abcdef\"\n}\n");
}

} // namespace
} // namespace rdvc::state
