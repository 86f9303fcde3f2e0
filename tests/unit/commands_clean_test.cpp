// `rdvc clean`: what the cluster is told, and what the user is told of its answer. The decision is
// tested in state_clean_test.cpp, what the cluster does in tests/cluster/clean.bats.

#include <gtest/gtest.h>

#include "script/embedded.hpp"
#include "support/demo_project.hpp"
#include "support/tokens.hpp"

namespace rdvc::commands {
namespace {

using base::Exit;
using tests::answers;
using tests::assigned;
using tests::DemoProject;
using tests::one;
using tests::three;
using tests::two;

class Clean : public ::testing::Test {
  protected:
    Clean() : commit_(demo_.commit_project()) {
        demo_.configure("[cluster]\nhost = \"hpc\"\nusername = \"alice\"\n"
                        "[project]\nid = \"7f3a9c1d\"\n");
    }

    // Frames for a submission of this project that failed long ago.
    static std::vector<std::string> failed(const std::string& token, const std::string& job,
                                           const std::string& name) {
        return {"tree /1d5 submissions",
                "tree /2d5 " + token + "/3f5 submission/3f5 jobid/3d5 claim.1",
                "tree /1d5 jobs",
                "tree /2d5 " + token + "/3d5 0/4f5 result",
                "file submissions/" + token + "/submission\tmirror project-7f3a9c1d.git\tname " +
                    name,
                "file submissions/" + token + "/jobid\tis " + job,
                "file jobs/" + token + "/0/result\tstate failed"};
    }
    void has(const std::vector<std::string>& frames) {
        records_.insert(records_.end(), frames.begin(), frames.end());
    }

    // The first request asks what there is; the second one, if something may go, removes.
    tests::Outcome run(Words words, std::vector<std::string> frames) {
        has({"end"});
        frames.emplace_back("end");
        demo_.expect_request().does(answers(records_));
        demo_.expect_request().does(answers(frames));
        words.insert(words.begin(), "clean");
        return demo_.world.run(words);
    }

    DemoProject demo_;
    std::string commit_;
    std::vector<std::string> records_ = {"dir /d", "time 10000000", "cluster hpc"};
};

TEST_F(Clean, NamesWhatMayGoByWhatIsHere) {
    has(failed(one, "42", "exp-1"));
    has(failed(two, "43", "exp-2"));
    has(failed(three, "44", "exp-3"));
    const auto published = [](const std::string& token, const std::string& commit) {
        return "file jobs/" + token + "/0/result\tstate published\tcommit " + commit;
    };
    for (auto& frame : records_) {
        if (frame.starts_with("file jobs/" + one))
            frame = published(one, std::string(40, 'e')); // elsewhere
        if (frame.starts_with("file jobs/" + two))
            frame = published(two, commit_);
        if (frame.starts_with("file jobs/" + three))
            frame = published(three, "--batch");
    }
    const auto outcome = run({}, {});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    const auto requests = demo_.requests();
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_EQ(assigned(requests[0].input, "action"), "records");
    EXPECT_EQ(assigned(requests[0].input, "removals"), "()");
    EXPECT_EQ(assigned(requests[1].input, "action"), "remove");
    EXPECT_EQ(assigned(requests[1].input, "removals"), "(submission '" + two + " 7')");
    EXPECT_EQ(assigned(requests[1].input, "older"), "1209600");
}

TEST_F(Clean, AsksOnceWhereNothingMayGo) {
    has({"squeue no contact", "end"});
    demo_.expect_request().does(answers(records_));
    const auto outcome = demo_.world.run({"clean"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "REMOVED  HOW MANY  SIZE\ntotal    0         0 B\n");
}

TEST_F(Clean, AsksNothingMoreWhereTheAnswerWasCutOff) {
    has(failed(one, "42", "exp-1"));
    demo_.expect_request().does(answers(records_, 255, "Connection reset"));
    EXPECT_EQ(demo_.world.run({"clean"}).code, static_cast<int>(Exit::unknown));
}

TEST_F(Clean, ShowsWhatWentAndWhatStaysAndWhy) {
    has(failed(one, "42", "exp-1"));
    has(failed(two, "43", "exp-2"));
    has(failed(three, "45", "exp-4"));
    has({"live " + two, "workspace " + one + " plain /scratch/a b/rdvc-7-abcdefgh",
         "tree /1d5 envs", "tree /2d5 project-7f3a9c1d/3d5 k/4d5 b",
         "file envs/project-7f3a9c1d/k/b/info\tmade 5\tkib 2000000"});
    const auto outcome =
        run({}, {"size 60\tsubmissions/" + one, "size 40\tjobs/" + one,
                 "removed submission " + one + " 7", "kept submission live " + three + " 7",
                 "removed environment envs/project-7f3a9c1d/k/b",
                 "kept workspace workspace " + one + " /scratch/a b/rdvc-7-abcdefgh"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out,
              "REMOVED       HOW MANY  SIZE\n"
              "submissions   1         102 KB\n"
              "environments  1         2.0 GB\n"
              "total         2         2.0 GB\n"
              "\n"
              "KEPT         HOW MANY  WHY\n"
              "submissions  2         a job waits or runs\n"
              "workspace    1         it was kept on purpose, or its job was killed while it "
              "published: /scratch/a b/rdvc-7-abcdefgh\n");
    EXPECT_EQ(outcome.err, "");
}

TEST_F(Clean, ADryRunNamesEachOfThem) {
    has(failed(one, "42", "exp-1"));
    has(failed(two, "", "exp-2"));
    has({"tree /1d5 submissions", "tree /2d5 .gone-" + three, "live " + three});
    const auto outcome = run({"--dry-run", "--all-projects", "--older=2w"},
                             {"size 60\tsubmissions/" + one, "size 40\tjobs/" + two});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_TRUE(outcome.out.starts_with("submission  42 (exp-1)        61 KB  /d/submissions/" +
                                        one +
                                        "\nsubmission  22222222 (exp-2)  41 KB  /d/submissions/" +
                                        two + "\n\nWOULD GO     HOW MANY  SIZE\n"))
        << outcome.out;
    EXPECT_EQ(outcome.err, "nothing was removed (--dry-run)\n");
    const auto input = demo_.requests().at(1).input;
    EXPECT_EQ(assigned(input, "action"), "measure");
    EXPECT_EQ(assigned(input, "removals"),
              "(submission '" + one + " 7' submission '" + two + " 7')");
    EXPECT_EQ(assigned(input, "older"), "1209600");
}

// The first time it was asked, or when the cluster looked once more.
TEST_F(Clean, SaysThatSqueueDoesNotAnswer) {
    has(failed(one, "42", "exp-1"));
    const auto later = run({}, {"squeue no contact"});
    has({"squeue no contact", "end"});
    demo_.expect_request().does(answers(records_));
    for (const auto& outcome : {later, demo_.world.run({"clean"})}) {
        EXPECT_EQ(outcome.code, 0);
        EXPECT_EQ(outcome.err,
                  "warning: squeue does not answer, so nothing that a job may need was "
                  "removed: no contact\n");
        EXPECT_NE(outcome.out.find("submission  1         squeue does not answer\n"),
                  std::string::npos)
            << outcome.out;
    }
}

TEST_F(Clean, IsJsonForPrograms) {
    has(failed(one, "42", "exp-1"));
    has(failed(two, "43", "exp-2"));
    has({"live " + two});
    const auto outcome =
        run({"--json"}, {"size 60\tsubmissions/" + one, "removed submission " + one + " 7"});
    for (const auto& text :
         {std::string("\"dry_run\": false"), std::string("\"kib\": 60"),
          std::string("\"title\": \"42 (exp-1)\""), std::string("\"reason\": \"live\""),
          std::string("\"squeue_answered\": true"), "\"path\": \"/d/submissions/" + one + "\""})
        EXPECT_NE(outcome.out.find(text), std::string::npos) << text << "\n" << outcome.out;
}

TEST_F(Clean, WhatCannotBeRemovedIsAFailure) {
    has(failed(one, "42", "exp-1"));
    const auto outcome = run({}, {"failed submission " + one + " 7"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::failed));
    EXPECT_EQ(outcome.err,
              "error: some of it could not be removed\n  /d/submissions/" + one + "\n");
}

TEST_F(Clean, RefusesAnAgeThatIsNone) {
    for (const std::string age : {"7", "d", "-3d", "1.5d", "3 d", "1y", "999999d", ""}) {
        const auto outcome = demo_.world.run({"clean", "--older=" + age});
        EXPECT_EQ(outcome.code, static_cast<int>(Exit::usage)) << age;
        EXPECT_TRUE(outcome.err.starts_with("error: --older: `" + age + "` is not an age\n"))
            << outcome.err;
    }
    for (const std::string age : {"0d", "0h"})
        EXPECT_EQ(demo_.world.run({"clean", "--older=" + age}).err,
                  "error: --older: `" + age +
                      "` is too short\n  anything younger than an hour may belong to a submission "
                      "that is just being sent\n\nhint: --older=1h\n");
    EXPECT_TRUE(demo_.requests().empty());
}

} // namespace
} // namespace rdvc::commands
