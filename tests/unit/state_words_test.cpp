#include "state/words.hpp"

#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "support/folder.hpp"

namespace rdvc::state {
namespace {

TEST(StateWords, TellWhatLivesAndWhatHasAResult) {
    for (const auto* word : {"pending", "running", "configuring", "suspended", "requeued"})
        EXPECT_TRUE(is_live(kind_of(word))) << word;
    for (const auto* word : {"published", "done"})
        EXPECT_TRUE(has_result(kind_of(word))) << word;
    for (const auto* word : {"timeout", "cancelled", "node_fail", "out_of_memory", "preempted"})
        EXPECT_EQ(kind_of(word), Kind::ended) << word;
}

TEST(StateWords, SayWhatToTypeNext) {
    EXPECT_EQ(next_command(kind_of("running"), "7"), "rdvc wait 7");
    EXPECT_EQ(next_command(kind_of("lost"), "7"), "rdvc retry 7");
    EXPECT_EQ(next_command(kind_of("timeout"), "7"), "rdvc status 7");
}

// The manual's table has exactly these words and SLURM's.
TEST(StateWords, AreThoseOfTheManual) {
    std::set<std::string> told;
    bool in_table = false;
    const auto manual = std::filesystem::path(RDVC_SOURCE_FOLDER) / "docs" / "manual.md";
    for (const auto& line : base::lines(tests::content_of(manual))) {
        in_table = line == "| state | meaning |" || (in_table && line.starts_with("|"));
        if (!in_table || line == "| state | meaning |" || line.starts_with("| ---"))
            continue;
        for (const auto& word : base::split(line.substr(2, line.find(" |", 2) - 2), ','))
            told.insert(base::trim(word));
    }
    std::set<std::string> ours = {"cancelled", "timeout", "..."};
    for (const auto& word : words())
        ours.insert(std::string(word.word));
    EXPECT_EQ(told, ours);
}

} // namespace
} // namespace rdvc::state
