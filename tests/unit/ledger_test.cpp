#include "ledger/ledger.hpp"

#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "support/folder.hpp"

namespace rdvc::ledger {
namespace {

using tests::Folder;

Record record(int n, State state = State::intent) {
    return {.token = "token" + std::to_string(n),
            .time = "2024-03-11T12:00:00Z",
            .cluster = "alice@hpc",
            .mirror = "demo-12345678.git",
            .name = "exp-" + std::to_string(n),
            .commit = "c0ffee" + std::to_string(n),
            .job = state == State::submitted ? std::to_string(n) : "",
            .state = state};
}

void expect_equal(const Record& a, const Record& b) {
    EXPECT_EQ(a.token, b.token);
    EXPECT_EQ(a.time, b.time);
    EXPECT_EQ(a.cluster, b.cluster);
    EXPECT_EQ(a.mirror, b.mirror);
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.commit, b.commit);
    EXPECT_EQ(a.job, b.job);
    EXPECT_EQ(a.state, b.state);
    EXPECT_EQ(a.stored, b.stored);
    EXPECT_EQ(a.resent, b.resent);
}

TEST(Ledger, IsEmptyAtFirst) {
    const Folder folder;
    EXPECT_TRUE(Ledger(folder / "rdvc").read().empty());
    EXPECT_EQ(Ledger(folder / "rdvc").script("token1"), std::nullopt);
    EXPECT_FALSE(std::filesystem::exists(folder / "rdvc")) << "reading creates nothing";
}

TEST(Ledger, KeepsRecordAndScript) {
    const Folder folder;
    Ledger ledger(folder / "rdvc");
    ledger.intend(record(1), "#!/bin/bash\n");
    ASSERT_EQ(ledger.read().size(), 1U);
    expect_equal(ledger.read()[0], record(1));
    EXPECT_EQ(ledger.script("token1"), "#!/bin/bash\n");
    EXPECT_EQ(tests::mode_of(folder / "rdvc" / "ledger.jsonl"), 0600U);
    EXPECT_EQ(tests::mode_of(folder / "rdvc" / "submissions" / "token1" / "job.sh"), 0600U);
}

TEST(Ledger, TellsTheNewestStateInTheOrderOfIntent) {
    const Folder folder;
    Ledger ledger(folder.path());
    for (int n = 1; n <= 4; ++n)
        ledger.intend(record(n), "");
    ledger.conclude(record(3, State::unconfirmed));
    ledger.conclude(record(1, State::submitted));
    ledger.conclude(record(2, State::refused));
    const auto records = ledger.read();
    ASSERT_EQ(records.size(), 4U);
    expect_equal(records[0], record(1, State::submitted));
    expect_equal(records[1], record(2, State::refused));
    expect_equal(records[2], record(3, State::unconfirmed));
    expect_equal(records[3], record(4));
}

// After `rdvc retry`, the id that the user has seen first.
TEST(Ledger, RemembersTheJobsOfEarlierAttempts) {
    const Folder folder;
    Ledger ledger(folder / "rdvc");
    auto one = record(1);
    ledger.intend(one, "");
    for (const std::string job : {"11", "11", "12", "13"}) {
        one.job = job;
        ledger.conclude(one);
    }
    ASSERT_EQ(ledger.read().size(), 1U);
    EXPECT_EQ(ledger.read()[0].job, "13");
    EXPECT_EQ(ledger.read()[0].earlier_jobs, std::vector<std::string>({"11", "12"}));
}

// What `rdvc retry` has submitted again is the newest.
TEST(Ledger, OrdersByTheNewestAttempt) {
    const Folder folder;
    Ledger ledger(folder / "rdvc");
    for (const int n : {1, 2, 3}) {
        ledger.intend(record(n), "");
        ledger.conclude(record(n, State::submitted));
    }
    auto again = record(2, State::unconfirmed);
    again.job = "2";
    ledger.conclude(again);
    ledger.conclude(record(2, State::submitted)); // which the cluster refused
    EXPECT_EQ(by_attempt(ledger.read()).back().token, "token3");
    again = record(1, State::submitted);
    again.job = "4";
    ledger.conclude(again);
    std::string order;
    for (const auto& one : by_attempt(ledger.read()))
        order += one.token.back();
    EXPECT_EQ(order, "231");
    EXPECT_EQ(ledger.read().front().token, "token1") << "by intent, as before";
    ledger.intend(record(5), "");
    ledger.conclude(record(5, State::refused));
    ledger.intend(record(6), "");
    EXPECT_EQ(by_attempt(ledger.read()).back().token, "token6");
    ledger.conclude(record(5, State::unconfirmed)); // the first attempt had no job
    ledger.conclude(record(5, State::submitted));
    EXPECT_EQ(by_attempt(ledger.read()).back().token, "token5");
}

TEST(Ledger, KeepsAnyText) {
    const Folder folder;
    Ledger ledger(folder.path());
    auto hostile = record(1);
    hostile.name = "a\"b\\c\n{}\t'$(x)' \xc3\xbc";
    ledger.intend(hostile, "");
    ASSERT_EQ(ledger.read().size(), 1U);
    expect_equal(ledger.read()[0], hostile);
    hostile.token = "token2";
    hostile.name = "no UTF-8: \xff";
    ledger.intend(hostile, "");
    EXPECT_EQ(ledger.read().size(), 2U);
}

TEST(Ledger, LeavesOutWhatItCannotRead) {
    const Folder folder;
    Ledger ledger(folder.path());
    ledger.intend(record(1), "");
    for (const std::string line :
         {"", "{", "[]", "null", "7", "\"text\"", "{}", R"({"token":""})", R"({"token":7})",
          R"({"name":"no token"})", "\xff\xfe", R"({"token":"x")"})
        base::append_line(folder / "ledger.jsonl", line);
    ledger.intend(record(2), "");
    EXPECT_EQ(ledger.read().size(), 2U);
}

// A newer rdvc's record: new fields are ignored, and a new state decides nothing. A token becomes
// part of paths.
TEST(Ledger, TakesNoTokenThatIsAPath) {
    const Folder folder;
    for (const auto* token : {"../../.ssh", "/etc", "a/b", ".", "a b", "x\n"}) {
        auto bad = record(1, State::submitted);
        bad.token = token;
        Ledger(folder / "rdvc").conclude(bad);
    }
    auto good = record(2, State::submitted);
    good.outputs = {"out", "a b%41", "\xe9\xff/%", "%4"};
    Ledger(folder / "rdvc").conclude(good);
    const auto records = Ledger(folder / "rdvc").read();
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].outputs, good.outputs);
}

TEST(Ledger, ReadsRecordsOfANewerVersion) {
    const Folder folder;
    base::append_line(folder / "ledger.jsonl",
                      R"({"token":"t","tasks":[1,2],"attempt":3,"state":"retried","job":null})");
    const auto records = Ledger(folder.path()).read();
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].token, "t");
    EXPECT_EQ(records[0].job, "");
    EXPECT_EQ(records[0].state, State::intent);
}

// A crash in mid-write: complete records stay, and the next one is on its own line.
TEST(Ledger, SurvivesACutAtAnyByteOfItsLastThreeRecords) {
    const Folder folder;
    const auto file = folder / "ledger.jsonl";
    {
        Ledger ledger(folder.path());
        for (int n = 1; n <= 5; ++n)
            ledger.intend(record(n), "");
    }
    const auto whole = tests::content_of(file);
    std::vector<std::size_t> ends; // of the records, their line feeds included
    for (std::size_t at = 0; at < whole.size(); ++at)
        if (whole[at] == '\n')
            ends.push_back(at + 1);
    ASSERT_EQ(ends.size(), 5U);
    for (std::size_t cut = ends[1]; cut <= whole.size(); ++cut) {
        tests::put_file(file, whole.substr(0, cut));
        std::size_t complete = 0; // a record that lacks only its line feed is complete
        while (complete < 5 && ends[complete] - 1 <= cut)
            ++complete;
        Ledger ledger(folder.path());
        ASSERT_EQ(ledger.read().size(), complete) << "cut at byte " << cut;
        const bool in_the_last = cut >= ends[3]; // syncing the file takes its time
        if (!in_the_last && cut % 16 != 0)
            continue;
        ledger.conclude(record(9, State::submitted));
        const auto records = ledger.read();
        ASSERT_EQ(records.size(), complete + 1) << "cut at byte " << cut;
        for (std::size_t i = 0; i < complete; ++i)
            ASSERT_EQ(records[i].token, "token" + std::to_string(i + 1)) << "cut at byte " << cut;
        ASSERT_EQ(records.back().token, "token9") << "cut at byte " << cut;
    }
}

TEST(Ledger, TakesTwoWritersAtATime) {
    const Folder folder;
    constexpr int each = 20;
    const auto write = [&](int from) {
        Ledger ledger(folder.path());
        for (int n = from; n < from + each; ++n) {
            ledger.intend(record(n), "script");
            ledger.conclude(record(n, State::submitted));
        }
    };
    std::thread first(write, 0);
    std::thread second(write, 1000);
    first.join();
    second.join();
    std::set<std::string> tokens;
    for (const auto& read : Ledger(folder.path()).read()) {
        EXPECT_EQ(read.state, State::submitted) << read.token;
        tokens.insert(read.token);
    }
    EXPECT_EQ(tokens.size(), static_cast<std::size_t>(2 * each));
    EXPECT_EQ(base::lines(tests::content_of(folder / "ledger.jsonl")).size(),
              static_cast<std::size_t>(4 * each));
}

} // namespace
} // namespace rdvc::ledger
