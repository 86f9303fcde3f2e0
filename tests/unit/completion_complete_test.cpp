#include "completion/complete.hpp"

#include <gtest/gtest.h>

namespace rdvc::completion {
namespace {

const std::vector<help::Described> described = {{"SUBMISSION", "", "one"},
                                                {"--cluster", "NAME", "where"},
                                                {"--time", "TIME", "limit"},
                                                {"--gres-flags", "[=X]", ""},
                                                {"--code", "ssh|origin", "how"},
                                                {"-S", "[FILE:]KEY=VALUE", ""},
                                                {"--after", "[ok:|any:]SUBMISSION", ""},
                                                {"--yes", "", "do not ask"}};

Expected at(const std::vector<std::string>& words) {
    return expected_at_end(described, words);
}

TEST(ExpectedAtEnd, KnowsWhatAWordIs) {
    EXPECT_EQ(at({""}), (Expected{Source::submissions, ""}));
    EXPECT_EQ(at({"x", "ab"}), (Expected{Source::submissions, ""})); // the last one repeats
    EXPECT_EQ(at({"--cluster", ""}), (Expected{Source::clusters, ""}));
    EXPECT_EQ(at({"--cluster=h"}), (Expected{Source::clusters, "--cluster="}));
    EXPECT_EQ(at({"--time", "1"}), (Expected{Source::files, ""}));
    EXPECT_EQ(at({"-S", "a"}), (Expected{Source::parameters, ""}));
    EXPECT_EQ(at({"--yes", ""}), (Expected{Source::submissions, ""}));
    EXPECT_EQ(at({"--gres-flags", ""}),
              (Expected{Source::submissions, ""})); // its value is with it
    EXPECT_EQ(at({"--elephant=1"}), Expected());
    EXPECT_EQ(at({"--", "x"}), (Expected{Source::files, ""}));
    EXPECT_EQ(expected_at_end({}, {""}), (Expected{Source::files, ""}));
}

TEST(ExpectedAtEnd, ANameIsNoFile) {
    EXPECT_EQ(expected_at_end({{"NAME", "", ""}}, {""}), (Expected{Source::none, ""}));
    EXPECT_EQ(expected_at_end({{"CLUSTER", "", ""}}, {""}), (Expected{Source::clusters, ""}));
}

TEST(ExpectedAtEnd, KeepsTheBeginningOfAList) {
    EXPECT_EQ(at({"--after=ok:a,b"}), (Expected{Source::submissions, "--after=ok:a,"}));
    EXPECT_EQ(at({"--after", "any:"}), (Expected{Source::submissions, "any:"}));
}

TEST(ExpectedAtEnd, HasTheChoicesOfAValue) {
    EXPECT_EQ(at({"--code="}), (Expected{Source::fixed, "--code=", {{"ssh", ""}, {"origin", ""}}}));
}

TEST(ExpectedAtEnd, HasAllOptions) {
    const auto expected = at({"-"});
    ASSERT_EQ(expected.source, Source::fixed);
    EXPECT_EQ(candidate_lines(expected.fixed, "", "--c"), "--cluster=\twhere\n--code=\thow\n");
    EXPECT_EQ(candidate_lines(expected.fixed, "", "--y"), "--yes\tdo not ask\n");
    EXPECT_EQ(candidate_lines(expected.fixed, "", "--g"), "--gres-flags\t\n");
}

TEST(CandidateLines, CannotTakeOverATerminal) {
    EXPECT_EQ(candidate_lines({{"a\033[2J", "b\n"}}, "", ""), "a\\x1b[2J\tb\\x0a\n");
}

TEST(Described, IsReadBack) {
    EXPECT_EQ(help::parse_described(help::described_text(described)), described);
    EXPECT_EQ(help::parse_described("x\ny\tz\n"), std::vector<help::Described>());
}

} // namespace
} // namespace rdvc::completion
