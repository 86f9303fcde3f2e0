#include "train/dvclive.hpp"

#include <gtest/gtest.h>

#include "expect_error.hpp"
#include "io/files.hpp"
#include "temporary_folder.hpp"

using namespace esol;

TEST(Live, WritesTheFilesOfDvclive) {
    const TemporaryFolder folder;
    Live live(folder.path());
    live.set_step(0);
    live.log_metric("train/loss", 7.5);
    live.make_summary();
    EXPECT_EQ(read_file(folder.path() / "metrics.json"),
              "{\n    \"train\": {\n        \"loss\": 7.5\n    },\n    \"step\": 0\n}\n");

    live.set_step(1);
    live.log_metric("train/loss", 0.1);
    live.log_metric("accuracy", 1.0);
    live.log_summary("test/rmse", 2.0);
    live.make_summary();
    EXPECT_EQ(read_file(folder.path() / "plots/metrics/train/loss.tsv"),
              "step\tloss\n0\t7.5\n1\t0.1\n");
    EXPECT_EQ(read_file(folder.path() / "plots/metrics/accuracy.tsv"), "step\taccuracy\n1\t1\n");
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "plots/metrics/test"));
    EXPECT_EQ(read_file(folder.path() / "metrics.json"),
              "{\n    \"accuracy\": 1.0,\n    \"test\": {\n        \"rmse\": 2.0\n    },\n"
              "    \"train\": {\n        \"loss\": 0.1\n    },\n    \"step\": 1\n}\n");
}

TEST(Live, ReplacesAnEarlierRun) {
    const TemporaryFolder folder;
    for (int run = 0; run < 2; ++run) {
        Live live(folder.path());
        live.log_metric("loss", run);
    }
    EXPECT_EQ(read_file(folder.path() / "plots/metrics/loss.tsv"), "step\tloss\n0\t1\n");
}

TEST(Live, SaysWhenItCannotWrite) {
    const TemporaryFolder folder;
    write_file(folder.path() / "plots", "in the way");
    Live live(folder.path());
    EXPECT_NE(error_of([&] { live.log_metric("loss", 1.0); }).find("plots/metrics"),
              std::string::npos);
}

TEST(WriteFile, LeavesNoDraft) {
    const TemporaryFolder folder;
    write_file(folder.path() / "a/b", "text");
    EXPECT_EQ(read_file(folder.path() / "a/b"), "text");
    const std::filesystem::directory_iterator files(folder.path() / "a");
    EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}
