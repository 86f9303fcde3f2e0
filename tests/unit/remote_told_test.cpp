// What the laptop remembers of answers to `status`, so that the cluster sends only changes.

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "remote/told.hpp"
#include "support/demo_project.hpp"
#include "support/folder.hpp"
#include "support/submit_request.hpp"
#include "support/tokens.hpp"

namespace rdvc::remote {
namespace {

using tests::answers;
using tests::DemoProject;
using tests::one;
using tests::two;

TEST(Told, ReadsWhatItWrote) {
    const tests::Folder folder;
    const auto file = folder / "told" / "a";
    const std::vector<Told> all = {{one, "17", {"submission name  x ", "jobid 1", ""}},
                                   {two, "18", {}}};
    EXPECT_TRUE(read_told(file).empty());
    write_told(file, all, {});
    EXPECT_EQ(read_told(file), all);
}

TEST(Told, KeepsOlderSubmissionsButNoneWithoutADigest) {
    const tests::Folder folder;
    const auto file = folder / "told";
    write_told(file, {{two, "9", {"jobid 2"}}, {std::string(32, '3'), "-", {}}},
               {{two, "8", {}}, {one, "7", {"jobid 1"}}});
    EXPECT_EQ(read_told(file),
              (std::vector<Told>{{two, "9", {"jobid 2"}}, {one, "7", {"jobid 1"}}}));
}

TEST(Told, ForgetsADamagedFile) {
    const tests::Folder folder;
    const auto file = folder / "told";
    write_told(file, {{one, "17", {"jobid 1"}}}, {});
    auto text = base::read_file(file).value();
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto torn = text;
        torn[at] = '\0';
        base::write_file(file, torn);
        EXPECT_TRUE(read_told(file).empty()) << at;
        base::write_file(file, text.substr(0, at));
        EXPECT_TRUE(read_told(file).empty()) << at;
    }
}

// The cluster's second answer says that one submission has not changed, and sends the other one.
TEST(Told, AddsWhatTheClusterLeavesOut) {
    DemoProject demo;
    demo.commit_project();
    demo.configure(
        "[cluster]\nhost = \"hpc\"\nusername = \"alice\"\n[project]\nid = \"7f3a9c1d\"\n");
    const std::vector<std::string> begin = {"dir /home/alice/.rdvc", "time 1000", "squeue ok"};
    auto first = begin;
    first.insert(first.end(),
                 {"submission " + two + " 8", "file " + two + " submission name second",
                  "file " + two + " jobid 12", "file " + two + " new 1", "submission " + one + " 7",
                  "file " + one + " submission name first", "file " + one + " jobid 11",
                  "file " + one + " result state published", "end"});
    auto second = begin;
    second.insert(second.end(),
                  {"submission " + two + " 9", "file " + two + " submission name second",
                   "file " + two + " jobid 12", "file " + two + " result state published",
                   "submission " + one + " 7 same", "end"});
    demo.expect_request().does(answers(first));
    const auto before = demo.world.run({"status"});
    EXPECT_EQ(before.code, 0) << before.err;
    demo.expect_request().does(answers(second));
    const auto after = demo.world.run({"status"});
    EXPECT_EQ(after.out, "EXPERIMENT  JOB  STATE      PHASE  DETAIL\n"
                         "second      12   published         \n"
                         "first       11   published         \n");
    EXPECT_TRUE(tests::words_of(demo.requests().at(0).input, "known").empty());
    EXPECT_EQ(tests::words_of(demo.requests().at(1).input, "known"),
              (std::vector<std::string>{two + ":8", one + ":7"}));
}

} // namespace
} // namespace rdvc::remote
