// What `--help` prints, in docs/commands.md, and what the man pages say.

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "commands/command.hpp"
#include "help/described.hpp"
#include "support/fake_runner.hpp"
#include "support/folder.hpp"
#include "support/golden.hpp"
#include "support/world.hpp"

namespace rdvc::commands {
namespace {

// Help needs no project, no configuration and no cluster.
class Help : public ::testing::Test {
  protected:
    std::string said(Words words, std::string_view form = "--help") {
        words.emplace_back(form);
        const auto outcome = world_.run(words);
        EXPECT_EQ(outcome.code, 0) << base::join(words, " ");
        EXPECT_EQ(outcome.err, "") << base::join(words, " ");
        return outcome.out;
    }

    std::vector<Words> every() {
        world::Console console(false, false, true);
        world::World world{runner_, console, folder_.path(),
                           [](const auto&) { return std::nullopt; }};
        return every_command(world);
    }

    std::string typed(const Words& words) { return world_.run(words).out; }

  private:
    tests::Folder folder_;
    tests::FakeRunner runner_;
    tests::TestWorld world_{runner_, folder_ / "home", folder_.path()};
};

TEST_F(Help, IsInTheDocumentation) {
    std::string text =
        "# Commands\n\nWhat `rdvc COMMAND --help` prints; the [manual](manual.md) says "
        "more.\nWritten by `./dev bless`.\n";
    for (const auto& words : every()) {
        const auto command = base::trim("rdvc " + base::join(words, " "));
        text += "\n## " + command + "\n\n```text\n" + said(words) + "```\n";
    }
    tests::expect_golden("../../docs/commands.md", text);
}

TEST_F(Help, OfAManPage) {
    for (const Words& words : {Words(), Words{"wait"}})
        tests::expect_golden(
            help::man_page_name(base::join(words, " ")) + ".1",
            tests::replaced(said(words, help::man_word), world::version(), "VERSION"));
}

TEST_F(Help, HasShortFormsEverywhere) {
    for (const auto& words : every()) {
        EXPECT_EQ(said(words, "-h"), said(words));
        auto longer = words;
        longer.insert(longer.begin(), "help");
        EXPECT_EQ(typed(longer), said(words)) << base::join(longer, " ");
    }
}

TEST_F(Help, FitsATerminal) {
    for (const auto& words : every())
        for (const auto& line : base::lines(said(words)))
            EXPECT_LE(line.size(), 100U) << line;
}

TEST_F(Help, HasExamples) {
    for (const auto& words : every()) {
        const auto text = said(words);
        const bool is_group = text.find("\ncommands:\n") != std::string::npos;
        EXPECT_TRUE(is_group || text.find("\nexamples:\n") != std::string::npos)
            << base::join(words, " ");
    }
}

// A section `### rdvc NAME` of the manual names no option that rdvc does not know.
TEST_F(Help, HasWhatTheManualNames) {
    const auto manual =
        base::read_file(std::filesystem::path(RDVC_TESTS_FOLDER) / ".." / "docs" / "manual.md");
    ASSERT_TRUE(manual.has_value());
    std::string known = "`--defaults` is Copier's";
    for (const auto& words : every())
        known += said(words);
    bool is_of_command = false;
    for (const auto& line : base::lines(*manual)) {
        if (line.starts_with("#"))
            is_of_command = line.starts_with("### rdvc ");
        for (auto at = line.find("`--"); is_of_command && at != std::string::npos;
             at = line.find("`--", at + 1)) {
            const auto name = line.substr(at + 1, line.find_first_of("`= ,", at + 1) - at - 1);
            EXPECT_NE(known.find(name), std::string::npos) << name << ": " << line;
        }
    }
}

} // namespace
} // namespace rdvc::commands
