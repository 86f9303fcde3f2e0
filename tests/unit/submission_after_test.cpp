#include "submission/after.hpp"

#include <gtest/gtest.h>

#include "submission/arguments.hpp"
#include "support/expect_error.hpp"

namespace rdvc::submission {
namespace {

using Predecessors = std::vector<Predecessor>;

TEST(After, SuccessOrAnyEnd) {
    EXPECT_EQ(parse_after("first"), Predecessors({{"first", false}}));
    EXPECT_EQ(parse_after("ok:12_3,any:grid.7,any:grid.7"),
              Predecessors({{"12_3", false}, {"grid.7", true}}));
    EXPECT_EQ(parse_run_arguments({"--after", "a", "--after=any:b,c"}).after,
              Predecessors({{"a", false}, {"b", true}, {"c", false}}));
}

TEST(After, BadWordsAreRefused) {
    EXPECT_FAILURE(parse_after("afterok:12"), base::Exit::usage,
                   "error: `--after afterok:12`: `afterok` is neither `ok` nor `any`\n\nhint: "
                   "--after ok:SUBMISSION waits for success, --after any:SUBMISSION for the end\n");
    for (const auto* value : {"", "a,", "any:", ",a"})
        EXPECT_FAILURE(parse_after(value), base::Exit::usage,
                       "error: `--after " + std::string(value) +
                           "` names no submission\n\nhint: --after SUBMISSION[,SUBMISSION]\n");
}

TEST(After, WithTheUsersOwnDependency) {
    EXPECT_EQ(dependency_on({"x", false}, {"12", "13"}), "afterok:12:13");
    EXPECT_EQ(dependency_on({"x", true}, {"12_3"}), "afterany:12_3");
    EXPECT_EQ(both_dependencies("", "afterok:1"), "afterok:1");
    EXPECT_EQ(both_dependencies("singleton", ""), "singleton");
    EXPECT_EQ(both_dependencies("singleton", "afterok:1,afterany:2"),
              "singleton,afterok:1,afterany:2");
    EXPECT_FAILURE(both_dependencies("afterok:1?afterok:2", "afterok:3"), base::Exit::usage,
                   "error: `--dependency=afterok:1?afterok:2` cannot be given with `--after`\n  "
                   "its jobs are alternatives (`?`), and SLURM combines those with nothing else\n");
}

} // namespace
} // namespace rdvc::submission
