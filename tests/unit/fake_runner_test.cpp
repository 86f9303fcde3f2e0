// The fake must be strict; otherwise the tests that use it mean nothing.

#include "support/fake_runner.hpp"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "support/folder.hpp"

namespace rdvc::tests {
namespace {

TEST(FakeRunner, FailsForACallThatIsNotExpected) {
    EXPECT_NONFATAL_FAILURE(
        {
            FakeRunner runner;
            EXPECT_THROW(runner.run({.argv = {"git", "push"}}), std::logic_error);
        },
        "not expected: git push");
}

TEST(FakeRunner, FailsForAnExpectationThatIsNotUsed) {
    EXPECT_NONFATAL_FAILURE(
        {
            FakeRunner runner;
            runner.expect({"git", "log"});
        },
        "not run: git log");
}

TEST(FakeRunner, ComparesEveryWord) {
    for (const auto& argv :
         {std::vector<std::string>{"git"}, {"git", "log", "-1"}, {"git", "Log"}, {}})
        EXPECT_NONFATAL_FAILURE(
            {
                FakeRunner runner;
                runner.expect({"git", "log"}).any_number();
                EXPECT_THROW(runner.run({.argv = argv}), std::logic_error);
            },
            "not expected: ");
}

TEST(FakeRunner, KeepsToTheOrder) {
    EXPECT_NONFATAL_FAILURE(
        {
            FakeRunner runner;
            runner.expect({"a"});
            runner.expect({"b"}).any_number();
            EXPECT_THROW(runner.run({.argv = {"b"}}), std::logic_error);
            runner.run({.argv = {"a"}});
        },
        "not expected: b");
    FakeRunner any(Order::any);
    any.expect({"a"}).prints("1");
    any.expect({"b"}).prints("2");
    EXPECT_EQ(any.run({.argv = {"b"}}).out, "2");
    EXPECT_EQ(any.run({.argv = {"a"}}).out, "1");
}

TEST(FakeRunner, CountsCalls) {
    FakeRunner runner;
    runner.expect({"a"}).times(2);
    runner.run({.argv = {"a"}});
    runner.run({.argv = {"a"}});
    EXPECT_EQ(runner.calls().size(), 2U);
    EXPECT_NONFATAL_FAILURE(EXPECT_THROW(runner.run({.argv = {"a"}}), std::logic_error),
                            "not expected: a");
}

TEST(FakeRunner, AnswersWhereTheCommandWantsIt) {
    const Folder folder;
    put_file(folder / "part", "file");
    FakeRunner runner;
    runner.expect({"a"}).prints("to on_output");
    runner.expect({"b"}).prints("to a file");
    runner.expect({"c"}).returns({3, "out", "err"});
    std::string heard;
    EXPECT_EQ(runner
                  .run({.argv = {"a"},
                        .input = {std::string("text "), folder / "part"},
                        .on_output = [&](std::string_view text) { heard += text; }})
                  .out,
              "");
    EXPECT_EQ(heard, "to on_output");
    EXPECT_EQ(runner.calls().back().input, "text file");
    runner.run({.argv = {"b"}, .output_file = folder / "out"});
    EXPECT_EQ(content_of(folder / "out"), "to a file");
    const auto result = runner.run({.argv = {"c"}});
    EXPECT_EQ(result.status, 3);
    EXPECT_EQ(result.out + result.err, "outerr");
}

} // namespace
} // namespace rdvc::tests
