#include "submission/tasks.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "support/expect_error.hpp"
#include "support/hostile_pieces.hpp"

namespace rdvc::submission {
namespace {

using Words = std::vector<std::string>;

std::vector<Task> tasks(const Words& words) {
    return tasks_of("mine", parse_run_arguments(words));
}

TEST(Tasks, OneWithoutASweep) {
    const auto all = tasks({"-f", "-S", "lr=0.1", "-S", "words='a,b'"});
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].name, "mine");
    EXPECT_EQ(all[0].arguments, Words({"-f", "-S", "lr=0.1", "-S", "words='a,b'"}));
}

// In every spelling of the option; the other words stay in their places.
TEST(Tasks, EachCombinationOfASweep) {
    const auto all = tasks({"-fSlr=1, 2", "--set-param=a=x,y", "-S", "b=3", "train"});
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[0].name, "mine-1");
    EXPECT_EQ(all[3].name, "mine-4");
    EXPECT_EQ(all[0].arguments, Words({"-f", "-Slr=1", "--set-param=a=x", "-S", "b=3", "train"}));
    EXPECT_EQ(all[1].arguments, Words({"-f", "-Slr=1", "--set-param=a=y", "-S", "b=3", "train"}));
    EXPECT_EQ(all[3].arguments, Words({"-f", "-Slr=2", "--set-param=a=y", "-S", "b=3", "train"}));
}

// The parameters of a row and of a repetition come first, so that they are options.
TEST(Tasks, RowsPairsRepetitionsAndExclusions) {
    auto arguments =
        parse_run_arguments({"-S", "a=1,2", "-S", "b=3,4", "--zip=a,b", "--repeat=2:seed",
                             "--params=rows.csv", "--exclude=a=1,lr=0.2", "--", "train"});
    EXPECT_TRUE(arguments.is_sweep);
    add_rows(arguments, "lr,text\n0.1,two words\n0.2,x\n");
    const auto all = tasks_of("mine", arguments);
    ASSERT_EQ(all.size(), 6U);
    EXPECT_EQ(all[0].arguments, Words({"-S", "lr=0.1", "-S", "text='two words'", "-S", "seed=0",
                                       "-S", "a=1", "-S", "b=3", "--", "train"}));
    // Which stages may run depends on these keys, too.
    EXPECT_EQ(settings_of(arguments).size(), 5U);
}

TEST(Tasks, AFileOfParametersMustBeThere) {
    auto arguments = parse_run_arguments({"--params=rows.csv"});
    EXPECT_FAILURE(add_rows(arguments, std::nullopt), base::Exit::usage,
                   "error: `--params rows.csv` cannot be read\n");
}

TEST(Tasks, ARowOfACommandIsInItsWords) {
    auto arguments =
        parse_run_arguments({"--cmd", "--params=rows.csv", "--repeat=2:seed", "-Sb=x,y", "--",
                             "./x.sh", "{lr}", "--text={text} {seed}{b}", ""});
    add_rows(arguments, "lr,text\n0.1,two words\n1e-3,\"$(x) {lr} 'a'\"\n");
    const auto all = tasks_of("mine", arguments);
    ASSERT_EQ(all.size(), 8U);
    EXPECT_EQ(all[0].name, "mine-1");
    EXPECT_EQ(all[0].arguments, Words({"./x.sh", "0.1", "--text=two words 0x", ""}));
    EXPECT_EQ(all[7].arguments, Words({"./x.sh", "0.001", "--text=$(x) {lr} 'a' 1y", ""}));
}

TEST(Tasks, ACommandWithoutParametersStaysAsTyped) {
    const Words command = {"./x.sh", "{lr}", "{{lr}}"};
    const auto with = [&](Words words) {
        words.insert(words.end(), {"--cmd", "--"});
        words.insert(words.end(), command.begin(), command.end());
        return tasks(words);
    };
    EXPECT_EQ(with({}).at(0).arguments, command);
    const auto repeated = with({"--repeat=3"});
    ASSERT_EQ(repeated.size(), 3U);
    EXPECT_EQ(repeated[2].name, "mine-3");
    EXPECT_EQ(repeated[2].arguments, command);
    // One value makes no sweep.
    const auto one = with({"-S", "lr=0.5"});
    ASSERT_EQ(one.size(), 1U);
    EXPECT_EQ(one[0].name, "mine");
    EXPECT_EQ(one[0].arguments, Words({"./x.sh", "0.5", "{lr}"}));
}

TEST(Tasks, AValueThatACommandDoesNotTakeIsRefused) {
    EXPECT_FAILURE(tasks({"--cmd", "-S", "lr=1,2", "--", "./x.sh", "{{lr}}"}), base::Exit::usage,
                   "error: no word of the command has `{lr}`, so `-S lr=1,2` would have no "
                   "effect\n\nhint: rdvc run --cmd -S lr=1,2 -- ./x.sh '{{lr}}' '{lr}'\n");
    EXPECT_FAILURE(tasks({"--cmd", "-S", "~lr", "--", "./x.sh"}), base::Exit::usage,
                   "error: `-S ~lr` cannot be given with `--cmd`\n  it removes a parameter of an "
                   "experiment, and a command has none\n");
}

TEST(Tasks, TheFileReturnsEveryByte) {
    std::vector<Task> written;
    for (const auto& word : tests::hostile_pieces())
        written.push_back({"name", {word, "", word + word, "\\x41", "\\0", " ", "a\tb\n"}});
    written.push_back({"without", {}});
    const auto file = tasks_file(written);
    EXPECT_EQ(std::count(file.begin(), file.end(), '\n'), static_cast<long>(written.size()));
    const auto read = read_tasks(file);
    ASSERT_EQ(read.size(), written.size());
    for (std::size_t i = 0; i < read.size(); ++i) {
        EXPECT_EQ(read[i].name, written[i].name);
        EXPECT_EQ(read[i].arguments, written[i].arguments);
    }
}

TEST(Tasks, AFileOfSomebodyElseIsReadToo) {
    EXPECT_TRUE(read_tasks("").empty());
    EXPECT_EQ(read_tasks("a \\x4 \\xzz \\ \\x41\\")[0].arguments,
              Words({"\\x4", "\\xzz", "\\", "A\\"}));
}

} // namespace
} // namespace rdvc::submission
