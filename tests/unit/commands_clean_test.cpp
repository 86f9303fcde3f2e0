// `rdvc clean`: what the cluster is told, and what the user is told of its answer. What the cluster
// does is tested in tests/e2e/clean.bats.

#include <gtest/gtest.h>

#include "script/embedded.hpp"
#include "support/demo_project.hpp"

namespace rdvc::commands {
namespace {

using base::Exit;
using tests::answers;
using tests::assigned;
using tests::DemoProject;

const std::string one = "11111111111111111111111111111111";
const std::string two = "22222222222222222222222222222222";

class Clean : public ::testing::Test {
  protected:
    Clean() : commit_(demo_.commit_project()) {
        demo_.configure("[cluster]\nhost = \"hpc\"\nusername = \"alice\"\n"
                        "[project]\nid = \"7f3a9c1d\"\n");
    }

    // The first request asks for results, the second one does it.
    tests::Outcome run(Words words, const std::vector<std::string>& frames,
                       std::vector<std::string> results = {}) {
        results.emplace_back("end");
        demo_.expect_request().does(answers(results));
        demo_.expect_request().does(answers(frames));
        words.insert(words.begin(), "clean");
        return demo_.world.run(words);
    }

    DemoProject demo_;
    std::string commit_;
};

TEST_F(Clean, TellsTheClusterWhichResultsAreHere) {
    const std::string elsewhere(40, 'e');
    const auto outcome =
        run({}, {"dir /d", "end"},
            {"result " + elsewhere, "result " + commit_, "result --batch", "result HEAD"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    const auto requests = demo_.requests();
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_EQ(assigned(requests[0].input, "action"), "results");
    EXPECT_EQ(assigned(requests[0].input, "here"), "()");
    EXPECT_EQ(assigned(requests[1].input, "action"), "clean");
    EXPECT_EQ(assigned(requests[1].input, "here"), "(" + commit_ + ")");
    EXPECT_EQ(assigned(requests[1].input, "mirror"), "project-7f3a9c1d.git");
    EXPECT_EQ(assigned(requests[1].input, "all_projects"), "0");
    EXPECT_EQ(assigned(requests[1].input, "dry_run"), "0");
    EXPECT_EQ(assigned(requests[1].input, "older"), "1209600");
    EXPECT_EQ(assigned(requests[1].input, "functions"), script::job_functions().hash);
}

TEST_F(Clean, ShowsWhatWentAndWhatStaysAndWhy) {
    const auto outcome =
        run({}, {"dir /d", "removed submission 60 42 exp-1 /d/submissions/" + one,
                 "removed submission 40 - - /d/submissions/" + two,
                 "removed environment 2000000 - - /d/envs/p/k/b",
                 "kept submission live 43 exp-2 " + one, "kept submission live 44 exp-3 " + one,
                 "kept submission unpulled 45 exp-4 " + two,
                 "kept workspace workspace - - /scratch/a b/rdvc-7-abcdefgh", "end"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out,
              "REMOVED       HOW MANY  SIZE\n"
              "submissions   2         102 KB\n"
              "environments  1         2.0 GB\n"
              "total         3         2.0 GB\n"
              "\n"
              "KEPT         HOW MANY  WHY\n"
              "submissions  2         a job waits or runs\n"
              "submission   1         the result is not here; `rdvc pull` brings it: 45 (exp-4)\n"
              "workspace    1         it was left on purpose, or its job was killed while it "
              "published: /scratch/a b/rdvc-7-abcdefgh\n");
    EXPECT_EQ(outcome.err, "");
}

TEST_F(Clean, ADryRunNamesEachOfThem) {
    const auto outcome = run({"--dry-run", "--all-projects", "--older=2w"},
                             {"removed submission 60 42 exp-1 /d/submissions/" + one,
                              "removed submission 40 - - /d/submissions/" + two, "end"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_TRUE(outcome.out.starts_with("submission  42 (exp-1)  61 KB  /d/submissions/" + one +
                                        "\nsubmission  22222222    41 KB  /d/submissions/" + two +
                                        "\n\nWOULD GO     HOW MANY  SIZE\n"))
        << outcome.out;
    EXPECT_EQ(outcome.err, "nothing was removed (--dry-run)\n");
    const auto input = demo_.requests().at(1).input;
    EXPECT_EQ(assigned(input, "dry_run"), "1");
    EXPECT_EQ(assigned(input, "all_projects"), "1");
    EXPECT_EQ(assigned(input, "older"), "1209600");
}

TEST_F(Clean, SaysThatSqueueDoesNotAnswer) {
    const auto outcome =
        run({}, {"squeue no contact", "kept submission unknown 42 exp-1 " + one, "end"});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.err, "warning: squeue does not answer, so nothing was removed that a job may "
                           "need: no contact\n");
    EXPECT_NE(outcome.out.find("submission  1         squeue does not answer\n"), std::string::npos)
        << outcome.out;
}

TEST_F(Clean, IsJsonForPrograms) {
    const auto outcome = run({"--json"}, {"removed submission 60 42 exp-1 /d/submissions/" + one,
                                          "kept submission live 43 exp-2 " + two, "end"});
    for (const auto* text : {"\"dry_run\": false", "\"kib\": 60", "\"title\": \"42 (exp-1)\"",
                             "\"reason\": \"live\"", "\"squeue_answered\": true"})
        EXPECT_NE(outcome.out.find(text), std::string::npos) << text << "\n" << outcome.out;
}

TEST_F(Clean, WhatCannotBeRemovedIsAFailure) {
    const auto outcome = run({}, {"failed submission /d/submissions/.gone-" + one, "end"});
    EXPECT_EQ(outcome.code, static_cast<int>(Exit::failed));
    EXPECT_EQ(outcome.err,
              "error: some of it could not be removed\n  /d/submissions/.gone-" + one + "\n");
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
                      "` is too short\n  what is younger than an hour may "
                      "belong to what is just being submitted\n\nhint: --older=1h\n");
    EXPECT_TRUE(demo_.requests().empty());
}

} // namespace
} // namespace rdvc::commands
