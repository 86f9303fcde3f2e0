#include "submission/request.hpp"

#include <gtest/gtest.h>

namespace rdvc::submission {
namespace {

Submission sweep(std::vector<SbatchOption> options) {
    Submission submission;
    submission.sbatch = std::move(options);
    submission.tasks.resize(15);
    return submission;
}

TEST(DescribeRequest, TimesTasksByTimeAndProcessors) {
    EXPECT_EQ(describe_request(sweep({})), "15 tasks x 1 CPU; no time limit of your own");
    EXPECT_EQ(describe_request(sweep({{"time", "2:00:00"}, {"cpus-per-task", "4"}})),
              "15 tasks x 2:00:00 x 4 CPUs = at most 120 CPU-hours");
    EXPECT_EQ(describe_request(sweep({{"time", "10"}, {"gpus", "a100:2"}, {"ntasks", "2"}})),
              "15 tasks x 10 x 2 CPUs and 2 GPUs = at most 5.0 CPU-hours and 5.0 GPU-hours");
    EXPECT_EQ(describe_request(sweep({{"gres", "shm:1,gpu:a100:4"}, {"nodes", "2"}})),
              "15 tasks x 1 CPU and 8 GPUs; no time limit of your own");
    EXPECT_EQ(describe_request(sweep({{"gpus-per-node", "3"}, {"nodes", "2-4"}})),
              "15 tasks x 1 CPU and 3 GPUs; no time limit of your own");
}

TEST(DescribeRequest, CountsJobsIfTasksShareThem) {
    auto submission = sweep({{"time", "2:00:00"}});
    submission.pack = 4;
    EXPECT_EQ(submission.job_count(), 4U);
    EXPECT_EQ(describe_request(submission),
              "15 tasks in 4 jobs x 2:00:00 x 1 CPU = at most 8.0 CPU-hours");
}

TEST(VariedKeys, CountsTheValues) {
    const auto arguments =
        parse_run_arguments({"-S", "lr=1,2,3", "-S", "b=3", "--set-param=conf.yaml:a.b=x,y"});
    EXPECT_EQ(varied_keys(tasks_of("n", arguments)), "lr (3 values), conf.yaml:a.b (2 values)");
}

} // namespace
} // namespace rdvc::submission
