// What a job used of what it had asked for, and the advice that follows.

#include <gtest/gtest.h>

#include "slurm/reports.hpp"
#include "state/measured.hpp"
#include "state/state.hpp"
#include "state/usage.hpp"

namespace rdvc::state {
namespace {

using Result = std::map<std::string, std::string>;

std::string joined(const std::vector<std::string>& sentences) {
    std::string all;
    for (const auto& one : sentences)
        all += (all.empty() ? "" : "; ") + one;
    return all;
}

struct Case {
    const char* used;
    const char* asked;
    Ended ending;
    const char* advice;
};

TEST(Usage, Advises) {
    const Ended well{.well = true};
    const Ended killed{.out_of_memory = true};
    const Ended timeout{.out_of_time = true};
    const Case cases[] = {
        {"", "", well, ""},
        {"time=1200 work=1000000 cpu=900000 mem=9437184", "", well, ""}, // nothing was asked for
        {"mem=9437184", "mem=67108864", well, "--mem=12G would do: 9G of 64G was used"},
        {"mem=9437184", "mem=16777216", well, ""}, // not much to gain
        {"mem=102400", "mem=1048576", well, ""},   // less than 1G to gain
        {"mem=9437184", "mem=67108864", {}, ""},   // it failed, perhaps before it needed more
        // The page cache is not needed, but samples may miss a peak.
        {"mem=66060288 rss=4194304", "mem=67108864", well, "--mem=6G would do: 4G of 64G was used"},
        {"mem=5242880 rss=4194304", "mem=67108864", well, "--mem=6G would do: 4G of 64G was used"},
        {"rss=4194304", "mem=67108864", well, "--mem=6G would do: 4G of 64G was used"},
        {"mem=67108864 rss=65011712", "mem=67108864", well,
         "--mem=96G would be safer: 62G of 64G was used"},
        {"mem=67108864", "mem=67108864", well, ""}, // the page cache takes what there is
        {"mem=67108864", "mem=67108864", killed,
         "--mem=128G: with 64G it was killed for lack of memory"},
        {"", "mem=409600", killed, "--mem=1G: with 400M it was killed for lack of memory"},
        {"mem=409600", "", killed, ""},
        {"mem=1048576", "mem-per-cpu=4194304 cpus=4", well,
         "--mem-per-cpu=512M would do: 1G of 16G was used"},
        {"mem=1048576", "mem-per-cpu=4194304 cpus=4 default=mem", well, ""},
        {"mem=16777216", "mem-per-cpu=4194304 cpus=4 default=mem", killed,
         "--mem-per-cpu=8G: with 16G it was killed for lack of memory"},
        {"mem=4194304", "mem-per-cpu=4194304", killed,
         "--mem-per-cpu=8G: with 4G it was killed for lack of memory"},
        {"work=600000 cpu=660000", "cpus=16", well,
         "--cpus-per-task=2 would do: 1.1 of 16 CPUs were used on average"},
        {"work=600000 cpu=60000", "cpus=2", well,
         "--cpus-per-task=1 would do: 0.1 of 2 CPUs were used on average"},
        {"work=600000 cpu=6600000", "cpus=16", well, ""},
        {"work=600000 cpu=60000", "cpus=1", well, ""},
        {"work=5000 cpu=5000", "cpus=16", well, ""}, // too short to say
        {"work=600000 cpu=660000", "cpus=16", {}, ""},
        {"work=0 cpu=660000", "cpus=16", well, ""},
        {"time=600 gpu=3 gpumem=400", "gpus=1", well,
         "a GPU may not be needed: it was 3% busy on average"},
        {"time=600 gpu=50 gpumem=400", "gpus=1", well, ""},
        {"time=20 gpu=3 gpumem=400", "gpus=1", well, ""},
        {"time=1200", "time=24:00:00", well,
         "--time=00:40:00 would do, and may start earlier: 20 min of 24 h was used"},
        {"time=90000", "time=7-00:00:00", well,
         "--time=2-06:00:00 would do, and may start earlier: 25 h of 7 d was used"},
        {"time=1200", "time=60", well, ""},
        {"time=14", "time=1440", well, ""}, // a trial
        {"time=86400", "time=1440", timeout, "--time=2-00:00:00: 24 h was not enough"},
        {"time=86400", "time=UNLIMITED", timeout, ""},
        {"time=1200", "time=24:00:00", killed, ""},
        {"time=-5 mem=99999999999999999999 rss=x =1 gpu", "mem= cpus=-1 time=a:b", well, ""},
        {"time=1200 work=1000000 cpu=1100000 mem=9437184", "cpus=16 mem=67108864 time=1-0", well,
         "--mem=12G would do: 9G of 64G was used; --cpus-per-task=2 would do: 1.1 of 16 CPUs "
         "were "
         "used on average; --time=00:40:00 would do, and may start earlier: 20 min of 24 h was "
         "used"},
    };
    for (const auto& one : cases) {
        const Result result = {{"used", one.used}, {"asked", one.asked}};
        EXPECT_EQ(joined(advise(usage_in(result), asked_in(result), one.ending)), one.advice)
            << one.used << " of " << one.asked;
    }
}

TEST(Usage, IsDescribedByWhatIsKnown) {
    const auto described = [](const std::string& used, const std::string& asked) {
        const Result result = {{"used", used}, {"asked", asked}};
        std::vector<std::string> rows;
        for (const auto& [what, amount] : describe_usage(usage_in(result), asked_in(result)))
            rows.push_back(what + ": " + amount);
        return joined(rows);
    };
    EXPECT_EQ(described("", ""), "");
    EXPECT_EQ(described("time=3 work=2000 cpu=1000 mem=409600", ""),
              "memory: 400M; cpus: 0.5; time: 3 s");
    EXPECT_EQ(
        described("time=1200 work=1000000 cpu=1100000 mem=33554432 rss=9437184 gpu=35 gpumem=4096",
                  "time=1440 cpus=16 mem=67108864 gpus=1"),
        "memory: 9G of 64G (14%); 32G with the page cache; cpus: 1.1 of 16 (7%); gpus: 35% "
        "busy, at most 4G of a GPU's memory; time: 20 min of 24 h (1%)");
    EXPECT_EQ(described("time=3", "time=1440"), "time: 3 s of 24 h (less than 1%)");
}

TEST(Usage, OfASweepIsTheMostOfItsTasks) {
    Record sweep{.token = "t", .notes = {{"tasks", "3"}, {"name", "exp"}}};
    const auto add = [&](unsigned task, const std::string& state, const std::string& used) {
        sweep.tasks.push_back(
            {.token = "t",
             .task = task,
             .result = {{"state", state}, {"used", used}, {"asked", "mem=67108864"}}});
    };
    add(1, "published", "time=60 mem=1048576 work=1000 cpu=500");
    add(2, "published", "time=90 mem=9437184");
    const auto measured = measured_of(sweep, {});
    EXPECT_EQ(measured.used.kib(), 9437184U);
    EXPECT_EQ(measured.used.seconds, 90);
    EXPECT_EQ(measured.used.cpus, 0.5);
    EXPECT_EQ(joined(measured.advice()), "--mem=12G would do: 9G of 64G was used");
    add(3, "failed", "time=10 mem=67108864");
    sweep.tasks.back().result["cause"] = "out_of_memory";
    EXPECT_EQ(joined(measured_of(sweep, {}).advice()),
              "--mem=128G: with 64G it was killed for lack of memory");
}

TEST(TimeLimit, IsReadAsSbatchReadsIt) {
    const std::pair<const char*, std::optional<double>> cases[] = {
        {"30", 1800},    {"1:30", 90}, {"1:30:00", 5400},     {"2-12", 216000},  {"1-00:30", 88200},
        {"0-0:10", 600}, {"0", 0},     {"", std::nullopt},    {"UNLIMITED", {}}, {"1:2:3:4", {}},
        {"-5", {}},      {"1-", {}},   {"1:-2", std::nullopt}};
    for (const auto& [text, seconds] : cases)
        EXPECT_EQ(slurm::parse_time_limit(text), seconds) << text;
}

TEST(Idle, IsNamedAfterAWhile) {
    Record record{.token = "t", .job = "7", .claimed = true};
    record.phases = {{1000, "experiment"}};
    Overview overview;
    overview.squeue_answered = true;
    overview.stalled_after = 1800;
    overview.time = 10000;
    overview.jobs.emplace(
        "t",
        slurm::Job{.id = "7", .state = "RUNNING", .reason = "None", .start = "", .token = "t"});
    const auto detail = [&] { return derive_state(record, overview).detail; };
    EXPECT_EQ(detail(), "");
    record.idle_since = 10000 - 2520;
    record.idle_words = "output cpu";
    EXPECT_EQ(detail(), "no output and no CPU use for 42 min");
    record.idle_words = "output cpu gpu";
    EXPECT_EQ(detail(), "no output, no CPU and no GPU use for 42 min");
    record.idle_words = "output";
    EXPECT_EQ(detail(), "no output for 42 min");
    overview.stalled_after = 3600;
    EXPECT_EQ(detail(), "");
    overview.stalled_after = 0;
    EXPECT_EQ(detail(), "");
    overview.stalled_after = 1800;
    overview.jobs.begin()->second.state = "SUSPENDED"; // it cannot do anything
    EXPECT_EQ(detail(), "");
    record.result = {{"state", "published"}};
    EXPECT_EQ(detail(), "");
}

TEST(Idle, OfASweepNamesTheFirstTask) {
    Record sweep{.token = "t", .notes = {{"tasks", "3"}, {"name", "exp"}}, .job = "7"};
    for (unsigned task = 1; task <= 3; ++task)
        sweep.tasks.push_back(
            {.token = "t", .task = task, .phases = {{1, "experiment"}}, .claimed = true});
    sweep.tasks[1].idle_since = sweep.tasks[2].idle_since = 100;
    sweep.tasks[1].idle_words = sweep.tasks[2].idle_words = "output cpu";
    Overview overview;
    overview.squeue_answered = true;
    overview.stalled_after = 1800;
    overview.time = 7300;
    overview.jobs.emplace("t", slurm::Job{.id = "7",
                                          .state = "RUNNING",
                                          .reason = "None",
                                          .start = "",
                                          .token = "t",
                                          .indices = "1-3"});
    EXPECT_EQ(derive_sweep(sweep, overview).state.detail,
              "task 2: no output and no CPU use for 2 h");
}

} // namespace
} // namespace rdvc::state
