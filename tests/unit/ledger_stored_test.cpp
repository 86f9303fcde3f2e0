// What a cluster is believed to have, according to earlier submissions.

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "ledger/ledger.hpp"
#include "support/folder.hpp"

namespace rdvc::ledger {

// How GoogleTest shows one.
void PrintTo(const Stored& stored, std::ostream* out) {
    *out << stored.place << "@" << stored.object
         << (stored.boundary.empty() ? "" : "/" + stored.boundary);
}

namespace {

using tests::Folder;
using AllStored = std::vector<Stored>;

constexpr auto cluster = "alice@hpc";
constexpr auto mirror = "demo-12345678.git";

Stored held(int n) {
    return {mirror, "c0ffee" + std::to_string(n), ""};
}

Record submitted(int n, const AllStored& stored) {
    return {.token = "token" + std::to_string(n),
            .time = "2024-03-11T12:00:00Z",
            .cluster = cluster,
            .mirror = mirror,
            .name = "exp-" + std::to_string(n),
            .commit = "c0ffee" + std::to_string(n),
            .job = std::to_string(n),
            .state = State::submitted,
            .stored = stored};
}

TEST(Ledger, GivesWhatIsStoredBack) {
    const Folder folder;
    Ledger ledger(folder.path());
    auto record = submitted(1, {{"functions", "0123abcd", ""},
                                {mirror, "c0ffee", "cut"},
                                {"a \"b\" \xc3\xbc\n", "", "x"}});
    ledger.intend(record, "");
    record.resent = true;
    ledger.conclude(record);
    ledger.conclude(submitted(2, {}));
    const auto records = ledger.read();
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0].stored, record.stored);
    EXPECT_TRUE(records[0].resent);
    EXPECT_EQ(records[1].stored, AllStored{});
    EXPECT_FALSE(records[1].resent);
}

// From a damaged line, or one of another version, only what it surely says is believed.
TEST(Ledger, BelievesOnlyWhatItCanRead) {
    const std::vector<std::pair<std::string, AllStored>> cases = {
        {R"("holdings":[["m","c",""]])", {{"m", "c", ""}}},
        {R"("holdings":[["m","c"],["m","c","",""],["m",7,""],["m",null,""],"m",7,null,{"m":"c"},)"
         R"(["n","d","cut"]])",
         {{"n", "d", "cut"}}},
        {R"("holdings":"m")", {}},
        {R"("holdings":7)", {}},
        {R"("holdings":null)", {}},
        {R"("holdings":["m","c",""])", {}},
        {R"("holdings":{"m":["m","c",""]},"x":1)", {{"m", "c", ""}}},
        {R"("sent":"all")", {}},
        {R"("resent":"yes")", {}},
        {R"("resent":1)", {}},
        {R"("resent":null)", {}},
    };
    for (const auto& [fields, stored] : cases) {
        const Folder folder;
        base::append_line(folder / "ledger.jsonl",
                          R"({"token":"t","state":"submitted",)" + fields + "}");
        const auto records = Ledger(folder.path()).read();
        ASSERT_EQ(records.size(), 1U) << fields;
        EXPECT_EQ(records[0].stored, stored) << fields;
        EXPECT_FALSE(records[0].resent) << fields;
    }
}

TEST(BelievedStored, AreThoseOfThisClusterThatWereTaken) {
    std::vector<Record> records;
    for (int n = 0; n < 6; ++n)
        records.push_back(submitted(n, {held(n)}));
    records[1].state = State::refused;
    records[2].state = State::unconfirmed;
    records[3].cluster = "elsewhere";
    records[4].state = State::intent;
    records.push_back(submitted(7, {held(0)})); // each once, where it is newest
    EXPECT_EQ(believed_stored(records, cluster), AllStored({held(0), held(5)}));
    records[1].state = State::built; // an environment alone: what travelled is there
    EXPECT_EQ(believed_stored(records, cluster), AllStored({held(0), held(5), held(1)}));
    EXPECT_EQ(believed_stored(records, "elsewhere"), AllStored({held(3)}));
    EXPECT_EQ(believed_stored({}, cluster), AllStored{});
}

// A job that clones origin adds nothing to the mirror.
TEST(BelievedStored, AreWhatWasSent) {
    const Stored functions = {"functions", "0123abcd", ""};
    const std::vector<Record> records = {submitted(0, {functions, held(0)}),
                                         submitted(1, {functions})};
    EXPECT_EQ(believed_stored(records, cluster), AllStored({functions, held(0)}));
}

// One commit with a whole history and one that was cut are not the same.
TEST(BelievedStored, TellBoundariesApart) {
    const Stored cut = {mirror, "c0ffee0", "cut"};
    EXPECT_EQ(believed_stored(
                  {submitted(0, {held(0)}), submitted(1, {cut}), submitted(2, {held(0)})}, cluster),
              AllStored({held(0), cut}));
}

// After everything was sent again, only that counts, and only for the places that it was sent to.
TEST(BelievedStored, ForgetWhatWasSentBeforeAllWasSentAgain) {
    const Stored functions = {"functions", "0123abcd", ""};
    const Stored submodule = {"data-12345678.git", "beef", ""};
    auto records =
        std::vector<Record>{submitted(0, {functions, held(0), submodule}),
                            submitted(1, {functions, held(1)}), submitted(2, {functions, held(2)})};
    records[1].resent = true;
    EXPECT_EQ(believed_stored(records, cluster),
              AllStored({functions, held(2), held(1), submodule}));
    records[1].state = State::refused;
    EXPECT_EQ(believed_stored(records, cluster),
              AllStored({functions, held(2), held(0), submodule}));
    records[1].state = State::submitted;
    records[1].cluster = "elsewhere";
    EXPECT_EQ(believed_stored(records, cluster),
              AllStored({functions, held(2), held(0), submodule}));
}

TEST(BelievedStored, AreAtMostSixteenOfAPlace) {
    const Stored other = {"other-12345678.git", "beef", ""};
    std::vector<Record> records = {submitted(100, {other})};
    for (int n = 0; n < 40; ++n)
        records.push_back(submitted(n, {held(n)}));
    const auto believed = believed_stored(records, cluster);
    ASSERT_EQ(believed.size(), 17U);
    EXPECT_EQ(believed.front(), held(39));
    EXPECT_EQ(believed[15], held(24));
    EXPECT_EQ(believed.back(), other);
}

} // namespace
} // namespace rdvc::ledger
