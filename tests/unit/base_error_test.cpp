#include "base/error.hpp"

#include <gtest/gtest.h>

namespace rdvc::base {
namespace {

TEST(Error, IsOneLineWithoutContextAndHint) {
    EXPECT_EQ(Error(Exit::failed, "it broke").message(), "error: it broke\n");
}

TEST(Error, HasIndentedContextAndAHintAfterAnEmptyLine) {
    const auto error = Error(Exit::refused, "sbatch refused the job")
                           .context("line 1\r\nline 2\n")
                           .hint("ask again");
    EXPECT_EQ(error.message(), "error: sbatch refused the job\n"
                               "  line 1\n"
                               "  line 2\n"
                               "\n"
                               "hint: ask again\n");
}

TEST(Error, HandsNoControlCharactersToTheTerminal) {
    const auto error = Error(Exit::failed, "\033[2J").context("\033]0;x\007").hint("\b");
    EXPECT_EQ(error.message(), "error: \\x1b[2J\n  \\x1b]0;x\\x07\n\nhint: \\x08\n");
}

// They are an interface: scripts depend on them.
TEST(Exit, CodesStay) {
    EXPECT_EQ(static_cast<int>(Exit::done), 0);
    EXPECT_EQ(static_cast<int>(Exit::failed), 1);
    EXPECT_EQ(static_cast<int>(Exit::usage), 2);
    EXPECT_EQ(static_cast<int>(Exit::not_ready), 3);
    EXPECT_EQ(static_cast<int>(Exit::configuration), 4);
    EXPECT_EQ(static_cast<int>(Exit::unreachable), 5);
    EXPECT_EQ(static_cast<int>(Exit::refused), 6);
    EXPECT_EQ(static_cast<int>(Exit::experiment_failed), 7);
    EXPECT_EQ(static_cast<int>(Exit::bug), 70);
    EXPECT_EQ(static_cast<int>(Exit::unknown), 75);
    EXPECT_EQ(static_cast<int>(Exit::interrupted), 130);
}

} // namespace
} // namespace rdvc::base
