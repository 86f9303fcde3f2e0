#include "slurm/options.hpp"

#include <filesystem>
#include <map>
#include <regex>

#include <gtest/gtest.h>

#include "base/process.hpp"
#include "base/text.hpp"
#include "support/expect_error.hpp"

namespace rdvc::slurm {
namespace {

using base::Exit;

TEST(SbatchOptions, AreSortedByNameEachOnce) {
    for (std::size_t i = 1; i < options().size(); ++i)
        EXPECT_LT(options()[i - 1].name, options()[i].name);
}

TEST(SbatchOptions, AreWrittenAsSbatchWritesThem) {
    for (const auto& option : options()) {
        EXPECT_EQ(option.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"),
                  std::string_view::npos)
            << option.name;
        EXPECT_EQ(option.metavar.empty(), option.argument == Argument::none) << option.name;
        EXPECT_FALSE(option.help.empty()) << option.name;
    }
}

// A section of the manual page of this machine's sbatch, as lines without its formatting; empty if
// there is no page.
std::vector<std::string> manual_section(const std::string& title) {
    const std::filesystem::path page = "/usr/share/man/man1/sbatch.1.gz";
    if (!std::filesystem::exists(page))
        return {};
    base::ProcessRunner runner;
    auto text = runner.run({.argv = {"zcat", page.string()}}).out;
    text = std::regex_replace(text, std::regex(R"(\\-)"), "-");
    text = std::regex_replace(text, std::regex(R"(\\f[BIRP])"), "");
    std::vector<std::string> section;
    bool inside = false;
    for (const auto& line : base::lines(text)) {
        if (line.starts_with(".SH"))
            inside = line == ".SH \"" + title + "\"";
        else if (inside)
            section.push_back(line);
    }
    return section;
}

constexpr auto no_page = "sbatch's manual page is not here; Debian has it in slurm-client";

// The page's synopses of options: `-t, --time=<time>`, `--exclusive[={user|mcs}]`, `--hold`.
std::map<std::string, Argument> documented_options() {
    const auto section = manual_section("OPTIONS");
    const std::regex synopsis(R"(--([a-z][a-z-]+)(\[=|=|<|))");
    std::map<std::string, Argument> found;
    for (std::size_t i = 0; i + 1 < section.size(); ++i) {
        if (!section[i].starts_with(".TP") || !section[i + 1].starts_with("-"))
            continue;
        std::smatch match;
        if (!std::regex_search(section[i + 1], match, synopsis))
            continue;
        const std::string mark = match[2];
        found.emplace(match[1], mark == "[="   ? Argument::optional
                                : mark.empty() ? Argument::none
                                               : Argument::required);
    }
    return found;
}

TEST(SbatchOptions, AreThoseOfTheManualPage) {
    const auto documented = documented_options();
    if (documented.empty())
        GTEST_SKIP() << no_page;
    EXPECT_GT(documented.size(), 90U) << "the page is not read as it is written";
    for (const auto& [name, argument] : documented) {
        const auto* option = find_option(name);
        ASSERT_NE(option, nullptr) << name;
        EXPECT_EQ(static_cast<int>(option->argument), static_cast<int>(argument)) << name;
    }
    for (const auto& option : options())
        if (option.since.empty()) {
            EXPECT_TRUE(documented.contains(std::string(option.name)))
                << option.name << " is not in the page, and the table says it is no newer";
        }
}

TEST(FindOption, KnowsExactNamesOnly) {
    ASSERT_NE(find_option("time"), nullptr);
    EXPECT_EQ(find_option("time")->argument, Argument::required);
    EXPECT_EQ(find_option("tim"), nullptr);
    EXPECT_EQ(find_option(""), nullptr);
    EXPECT_EQ(find_option("--time"), nullptr);
}

TEST(EnvironmentVariable, IsTheOneThatSbatchReads) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"partition", "SBATCH_PARTITION"},
        {"time", "SBATCH_TIMELIMIT"},
        {"mem", "SBATCH_MEM_PER_NODE"},
        {"mem-per-cpu", "SBATCH_MEM_PER_CPU"},
        {"gpus-per-node", "SBATCH_GPUS_PER_NODE"},
        {"array", "SBATCH_ARRAY_INX"},
        {"wckey", "SBATCH_WCKEY"},
        {"bb", "SBATCH_BURST_BUFFER"},
        {"exclusive", "SBATCH_EXCLUSIVE"},
        {"of-a-newer-sbatch", "SBATCH_OF_A_NEWER_SBATCH"},
    };
    for (const auto& [name, variable] : cases)
        EXPECT_EQ(environment_variables(name).front(), variable);
}

// For each option, the input variable that the page names is the one that is unset.
TEST(EnvironmentVariable, AgreesWithTheManualPage) {
    const auto section = manual_section("INPUT ENVIRONMENT VARIABLES");
    if (section.empty())
        GTEST_SKIP() << no_page;
    const std::regex same(R"(^Same as (-[A-Za-z], )?--([a-z-]+))");
    std::size_t compared = 0;
    for (std::size_t i = 0; i + 1 < section.size(); ++i) {
        std::smatch match;
        if (!std::regex_search(section[i + 1], match, same) || match[2] == "verbose")
            continue;
        const auto variable = section[i].substr(0, section[i].find(' ')); // of `A or B`: A
        EXPECT_EQ(environment_variables(match[2].str()).front(), variable);
        ++compared;
    }
    EXPECT_GT(compared, 40U) << "the page is not read as it is written";
}

TEST(HeaderLine, LeavesPlainValuesAlone) {
    EXPECT_EQ(header_line("exclusive", std::nullopt), "#SBATCH --exclusive");
    EXPECT_EQ(header_line("time", "1-00:30:00"), "#SBATCH --time=1-00:30:00");
    EXPECT_EQ(header_line("gres", "gpu:a100:2,lustre"), "#SBATCH --gres=gpu:a100:2,lustre");
    EXPECT_EQ(header_line("nodelist", "node[1-4,7]"), "#SBATCH --nodelist=node[1-4,7]");
    EXPECT_EQ(header_line("mail-user", "alice+hpc@example.org"),
              "#SBATCH --mail-user=alice+hpc@example.org");
    EXPECT_EQ(header_line("output", "%j_%x.out"), "#SBATCH --output=%j_%x.out");
}

// sbatch reads its header itself: double quotes, with `\` and `"` escaped; single ones protect
// nothing.
TEST(HeaderLine, QuotesTheRestAsSbatchReadsIt) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", R"("")"},
        {"a b", R"("a b")"},
        {" a ", R"(" a ")"},
        {"#1", R"("#1")"},
        {"it's", R"("it's")"},
        {"say \"hi\"", R"("say \"hi\"")"},
        {"C:\\x", R"("C:\\x")"},
        {"\\\"", R"("\\\"")"},
        {"$HOME", R"("$HOME")"},
        {"`id`;|&", R"("`id`;|&")"},
        {"gpu&!k80|a100", R"("gpu&!k80|a100")"},
        {"Molek\xc3\xbcl", "\"Molek\xc3\xbcl\""},
        {"\xff", "\"\xff\""},
    };
    for (const auto& [value, shown] : cases)
        EXPECT_EQ(header_line("comment", value), "#SBATCH --comment=" + shown);
}

TEST(HeaderLine, RefusesControlCharacters) {
    for (const std::string bad : {"\n", "\r", "\t", "\x01", "\x1f", "\x7f", "\033"}) {
        const auto failure =
            tests::failure_of([&] { return header_line("comment", "a" + bad + "b"); });
        EXPECT_EQ(failure.code, Exit::usage);
        EXPECT_TRUE(failure.message.starts_with(
            "error: the value of `--comment` has a control character\n"))
            << failure.message;
    }
    EXPECT_EQ(tests::failure_of([&] { return header_line("x", std::string("a\0b", 3)); }).code,
              Exit::usage);
}

} // namespace
} // namespace rdvc::slurm
