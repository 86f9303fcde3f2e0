#include "submission/name.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "submission/token.hpp"
#include "support/expect_error.hpp"
#include "support/git_repository.hpp"

namespace rdvc::submission {
namespace {

using base::Exit;
using Words = std::vector<std::string>;

TEST(CheckName, TakesWhatGitTakes) {
    for (const std::string name : {"a", "exp-1", "My_Run.2", "100%", "a@b", "{x}", "\xc3\xbc",
                                   "a'b", "$x", "lock", "a.lockx", "x-", "@x", "a{@", "a=b,c"})
        EXPECT_NO_THROW(check_name(name)) << name;
    for (const std::string name :
         {"",    "-a",  ".a",  "a.",  "a..b", "a.lock", "a b", "a\tb", "a\nb", "a\x7f", "a~b",
          "a^b", "a:b", "a?b", "a*b", "a[b",  "a\\b",   "a/b", "/a",   "a/",   "a@{b",  "@"})
        EXPECT_EQ(tests::failure_of([&] { return check_name(name), 0; }).code, Exit::usage) << name;
    EXPECT_NO_THROW(check_name(std::string(100, 'x')));
    EXPECT_THROW(check_name(std::string(101, 'x')), base::Error);
}

// git itself is asked: each special character at every place, and all pairs of those that matter in
// pairs.
TEST(CheckName, AgreesWithGit) {
    tests::isolate_git();
    base::ProcessRunner runner;
    Words names;
    for (const std::string special : {"~", "^", ":", "?", "*",  "[", "\\", " ",    "\x01", "\x7f",
                                      "]", "}", "$", "'", "\"", "#", "%",  "\xff", "!",    "&"})
        for (const auto& name : {special, "a" + special, special + "a"})
            names.push_back(name);
    const Words parts = {".", "@", "{", ".lock", "-", "a"};
    for (const auto& first : parts)
        for (const auto& second : parts)
            names.push_back(first + second);
    std::string input;
    for (const auto& name : names)
        input += "refs/exps/ab/cdef/" + name + '\0';
    const auto checked =
        runner.run({.argv = {"bash", "-c",
                             "while IFS= read -r -d '' ref; do git check-ref-format \"$ref\" && "
                             "printf '%s\\0' \"${ref#refs/exps/ab/cdef/}\"; done"},
                    .input = {input}});
    const auto taken = base::split(checked.out, '\0');
    for (const auto& name : names) {
        const bool ours = tests::failure_of([&] { return check_name(name), 0; }).message.empty();
        const bool gits = std::find(taken.begin(), taken.end(), name) != taken.end();
        // A dash at the start is git's to allow and ours to refuse: it would look like an option.
        EXPECT_EQ(ours, gits && !name.starts_with("-")) << base::printable(name);
    }
}

TEST(Names, AreMadeFromTheToken) {
    const auto token = make_token();
    EXPECT_EQ(name_from_token(token), "exp-" + token.substr(0, 12));
    EXPECT_NO_THROW(check_name(name_from_token(token)));
    EXPECT_EQ(experiment_ref("c0ffee0123456789c0ffee0123456789c0ffee01", "run"),
              "refs/exps/c0/ffee0123456789c0ffee0123456789c0ffee01/run");
}

TEST(Token, Is128RandomBits) {
    std::set<std::string> tokens;
    for (int i = 0; i < 1000; ++i) {
        const auto token = make_token();
        EXPECT_TRUE(is_token(token)) << token;
        tokens.insert(token);
    }
    EXPECT_EQ(tokens.size(), 1000U);
}

TEST(Token, IsKnownByItsForm) {
    EXPECT_TRUE(is_token("0123456789abcdef0123456789abcdef"));
    for (const auto* text :
         {"", "0123456789abcdef0123456789abcde", "0123456789abcdef0123456789abcdef0",
          "0123456789ABCDEF0123456789abcdef", "0123456789abcdef0123456789abcdeg",
          "../../../../../../../../etc/passw"})
        EXPECT_FALSE(is_token(text)) << text;
}

TEST(ExperimentRef, IsToldFromWhatOnlyLooksLikeOne) {
    const std::string baseline(40, 'a');
    EXPECT_TRUE(is_experiment_ref(experiment_ref(baseline, "exp-1")));
    EXPECT_TRUE(is_experiment_ref(experiment_ref(std::string(64, '0'), std::string(133, 'x'))));
    for (const std::string& ref : Words{
             "", "refs/heads/main", "refs/exps/", "refs/exps/aa/b/c",
             "+" + experiment_ref(baseline, "x"), experiment_ref(baseline, ""),
             experiment_ref(baseline, "*"), experiment_ref(baseline, "x:refs/heads/main"),
             experiment_ref(baseline, "../x"), experiment_ref(baseline, "a/b"),
             experiment_ref(std::string(40, 'g'), "x"), experiment_ref(std::string(39, 'a'), "x")})
        EXPECT_FALSE(is_experiment_ref(ref)) << ref;
}

} // namespace
} // namespace rdvc::submission
