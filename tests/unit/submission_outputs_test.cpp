#include "submission/outputs.hpp"

#include <gtest/gtest.h>

#include "support/expect_error.hpp"

namespace rdvc::submission {
namespace {

using base::Exit;
using Words = std::vector<std::string>;

Words at_root(const Words& paths) {
    return output_folders({"/w", "", "`--output`"}, paths);
}

Words in_part(const Words& paths) {
    return output_folders({"/w", "my part", "`--output`"}, paths);
}

TEST(OutputFolders, AreNamedFromTheRootEachOnce) {
    EXPECT_EQ(at_root({"out", "./out/", "a/../out//", "results/deep", "/w/abs", "..x", "-o"}),
              Words({"out", "results/deep", "abs", "..x", "-o"}));
    EXPECT_EQ(in_part({"out", "/w/my part/abs", "../my part/other"}),
              Words({"my part/out", "my part/abs", "my part/other"}));
    EXPECT_EQ(at_root({}), Words{});
}

TEST(OutputFolders, StayBelowWhereTheUserStands) {
    for (const auto* path : {"..", "../x", "a/../../x", "/", "/etc", "/w2", "/w/../etc"})
        EXPECT_FAILURE(at_root({path}), Exit::usage,
                       std::string("error: `") + path +
                           "` cannot be an output: it is not below the repository\n  it was given "
                           "by `--output`\n");
    EXPECT_FAILURE(
        in_part({"../out"}), Exit::usage,
        "error: `../out` cannot be an output: it is not below my part\n  it was given by "
        "`--output`\n");
    EXPECT_FAILURE(
        in_part({"/w/out"}), Exit::usage,
        "error: `/w/out` cannot be an output: it is not below my part\n  it was given by "
        "`--output`\n");
}

TEST(OutputFolders, AreNotAllThereIs) {
    for (const auto* path : {".", "./", "a/..", "/w", "/w/"})
        EXPECT_FAILURE(
            at_root({path}), Exit::usage,
            std::string("error: `") + path +
                "` cannot be an output: it would be all of the repository, the environment "
                "included\n  it was given by `--output`\n");
    for (const auto* path : {".git", ".git/x", "a/.git", "x/../.git/"})
        EXPECT_FAILURE(at_root({path}), Exit::usage,
                       std::string("error: `") + path +
                           "` cannot be an output: the contents of `.git` are not the command's\n  "
                           "it was given by `--output`\n");
    EXPECT_EQ(tests::failure_of([] { return at_root({".dvc/tmp"}); }).code, Exit::usage);
    EXPECT_FAILURE(at_root({"out", ""}), Exit::usage, "error: `--output` is empty\n");
}

} // namespace
} // namespace rdvc::submission
