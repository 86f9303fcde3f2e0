#include "sweep/sweep.hpp"

#include <cstdint>
#include <tuple>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "support/expect_error.hpp"

namespace rdvc::sweep {
namespace {

// The experiments of a grid, their overrides separated by blanks.
std::vector<std::string> of_grid(const Grid& grid) {
    std::vector<std::string> lines;
    for (const auto& combination : expand(grid))
        lines.push_back(base::join(combination.overrides, " "));
    return lines;
}

std::vector<std::string> expanded(const std::vector<std::string>& overrides) {
    return of_grid(Grid{.overrides = overrides});
}

using Lines = std::vector<std::string>;

// Each as Hydra 1.3.8 and DVC 3.67.1 expand it; tests/property/sweeps.py has thousands more.
TEST(Expand, IsWhatHydraMakesOfOneParameter) {
    const std::vector<std::pair<std::string, Lines>> cases = {
        {"a=1,2", {"a=1", "a=2"}},
        {"a=1e-2, 1e-3", {"a=0.01", "a=0.001"}},
        {"a=choice(adam,'sgd')", {"a=adam", "a=sgd"}},
        {"a=x,'y,z'", {"a=x", "a='y,z'"}},
        {"a=range(3)", {"a=0", "a=1", "a=2"}},
        {"a=range(0,1,0.4)", {"a=0.0", "a=0.4", "a=0.8"}},
        {"a=range(5,1,-2)", {"a=5", "a=3"}},
        {"a=range(start=1,stop=3)", {"a=1", "a=2"}},
        {"a=sort(3,1,2,reverse=true)", {"a=3", "a=2", "a=1"}},
        {"a=sort(range(5,0,-2))", {"a=2", "a=4", "a=6"}}, // so does Hydra
        {"a=float(range(2))", {"a=0.0", "a=1.0"}},
        {"a=int(1.9,'7')", {"a=1", "a=7"}},
        {"a=str(true,1)", {"a=true", "a=1"}},
        {"a=bool(1,0,FALSE)", {"a=True", "a=False", "a=False"}},
        {"a=tag(t,choice(1,2))", {"a=1", "a=2"}},
        {"a=[1,2],[3]", {"a=[1,2]", "a=[3]"}},
        {"a={x:1,y:[b,c]},{}", {"a={x:1,y:[b,c]}", "a={}"}},
        {"a=null,${b}", {"a=null", "a=$\\{b\\}"}},
        {"a=b c,d\\,e", {"a=b\\ c", "a=d\\,e"}},
        {"+a=1,2", {"+a=1", "+a=2"}},
        {"++a.b=1,2", {"++a.b=1", "++a.b=2"}},
        {"~db=mysql,postgres", {"~db=mysql", "~db=postgres"}},
        {"db@source=mysql,postgres", {"db@source=mysql", "db@source=postgres"}},
        {"db/engine=a,b", {"db/engine=a", "db/engine=b"}},
    };
    for (const auto& [override, expected] : cases)
        EXPECT_EQ(expanded({override}), expected) << override;
}

TEST(Expand, CrossesParametersTheLastChangesFastest) {
    EXPECT_EQ(
        expanded({"a=1,2", "c='x, y'", "b=range(2)"}),
        (Lines{"a=1 c='x, y' b=0", "a=1 c='x, y' b=1", "a=2 c='x, y' b=0", "a=2 c='x, y' b=1"}));
}

// DVC sweeps over file after file, in the order in which they first occur.
TEST(Expand, GroupsParametersByFileAndKeepsTheOrderOfWords) {
    EXPECT_EQ(expanded({"a=1,2", "conf.yaml:b=1,2", "params.yaml:c=1,2"}),
              (Lines{"a=1 conf.yaml:b=1 params.yaml:c=1", "a=1 conf.yaml:b=2 params.yaml:c=1",
                     "a=1 conf.yaml:b=1 params.yaml:c=2", "a=1 conf.yaml:b=2 params.yaml:c=2",
                     "a=2 conf.yaml:b=1 params.yaml:c=1", "a=2 conf.yaml:b=2 params.yaml:c=1",
                     "a=2 conf.yaml:b=1 params.yaml:c=2", "a=2 conf.yaml:b=2 params.yaml:c=2"}));
}

TEST(Expand, NamesWhatVaries) {
    const auto all = expand({.overrides = {"p.yaml:+a.b=1,'x y'", "c=3", "d=choice(4)", "e=5,5"}});
    ASSERT_EQ(all.size(), 4U);
    ASSERT_EQ(all[2].varying.size(), 1U);
    EXPECT_EQ(all[2].varying[0].key, "p.yaml:a.b");
    EXPECT_EQ(all[2].varying[0].value, "'x y'");
}

TEST(Expand, OfNoSweepIsOneExperiment) {
    EXPECT_EQ(expanded({"a=1e3", "~b"}), (Lines{"a=1000.0 ~b=null"}));
    EXPECT_EQ(expanded(Lines{}), (Lines{""}));
}

// Order as in Python: random.seed(3); random.shuffle(list).
TEST(Expand, ShufflesWithASeed) {
    EXPECT_EQ(of_grid({.overrides = {"a=shuffle(1,2,3,4,5,6)"}, .seed = 3}),
              (Lines{"a=1", "a=3", "a=4", "a=6", "a=5", "a=2"}));
    EXPECT_FAILURE(expand({.overrides = {"a=shuffle(1,2)"}}), base::Exit::usage,
                   "error: in `-S a=shuffle(1,2)`: column 3: it needs a seed (--shuffle-seed=N), "
                   "so that its order can "
                   "be had again\n");
}

TEST(Count, CostsNothing) {
    EXPECT_EQ(count({.overrides = {"a=range(1000000000)", "b=range(0,1,0.001)"}}),
              1'000'000'000'000U);
    EXPECT_EQ(count({.overrides = {"a=range(0,1,1e-300)", "b=range(10)"}}), SIZE_MAX);
    EXPECT_FAILURE(expand({.overrides = {"a=range(1000)", "b=range(1000)"}}), base::Exit::usage,
                   "error: the sweep has 1000000 experiments; at most 100000 are possible\n");
}

TEST(Expand, SaysWhereAndWhatWasExpected) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"lr=range(1,", "column 12: it ends here, expected a value"},
        {"lr=range(1", "column 11: it ends here, expected `,` or `)`"},
        {"lr=1,,2", "column 6: `,`, expected a value"},
        {"lr=1,", "column 6: it ends here, expected a value"},
        {"lr=[1,2", "column 8: it ends here, expected `,` or `]`"},
        {"lr={a:1", "column 8: it ends here, expected `,` or `}`"},
        {"lr={a,b}", "column 6: `,`, expected `:`"},
        {"lr=1)", "column 5: `)`, expected `,` or the end"},
        {"lr=a=b,c", "column 5: `=`, expected `,` or the end"},
        {"lr='a,b", "column 4: the quote `'` is not closed"},
        {"lr=é,b", "column 4: `é` is allowed only in quotes"},
        {"lr='é',#", "column 8: `#` is allowed only in quotes"},
        {"a[0]=1,2", "column 2: `[` cannot be part of a parameter's name"},
        {"a:b[0]=1,2", "column 4: `[` cannot be part of a parameter's name"},
        {"=1,2", "column 1: `=`, expected a parameter"},
        {":a=1,2", "column 1: expected a file before `:`"},
        {"lr", "column 3: it ends here, expected `=` and a value"},
        {"lr=rang(1,2)", "column 4: Hydra 1.3 has no function `rang`, did you mean `range`?"},
        {"lr=json_str('{}')", "column 4: Hydra 1.3 has no function `json_str`"},
        {"lr=range(1,2,setp=1)",
         "column 4: `range()` has no argument `setp`, did you mean `step`?"},
        {"lr=range(1,2,3,4)", "column 4: it takes at most 3 values"},
        {"lr=range(1,start=2)", "column 4: `start` is given twice"},
        {"lr=range(a)", "column 4: a text is not a number"},
        {"lr=range(1,2,stop=3,4)", "column 21: a value without a name, after one with a name"},
        {"lr=choice()", "column 4: it needs at least one value"},
        {"lr=choice(null)", "column 4: null cannot be one of its values"},
        {"lr=choice(choice(1))", "column 4: choices cannot be inside one another"},
        {"lr=[choice(1,2)]", "column 4: a sweep cannot be inside another value"},
        {"lr=sort(1,a)", "column 4: it cannot sort a text and a number"},
        {"lr=int(a,b)", "column 4: `a` is not a whole number"},
        {"lr=glob(*)", "column 4: DVC does not support `glob()`"},
        {"lr=interval(0,1)", "column 4: `interval()` has no list of values to try"},
        {"lr=\xff,1", "column 1: it is not UTF-8"},
    };
    for (const auto& [override, expected] : cases)
        EXPECT_FAILURE(expand({.overrides = {override}}), base::Exit::usage,
                       "error: in `-S " + base::printable(override) + "`: " + expected + "\n");
}

TEST(Expand, RefusesWhatHasNoOrTooManyValues) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"lr=range(3,1)", "there is no value, so there would be no experiment"},
        {"lr=range(1,3,0)", "the step of `range()` is 0"},
        {"lr=range(0,inf)", "the numbers of `range()` must be finite"},
        {"lr=range(99999999999999999999)", "a number of `range()` is too large"},
    };
    for (const auto& [override, expected] : cases)
        EXPECT_FAILURE(expand({.overrides = {override}}), base::Exit::usage,
                       "error: in `-S " + override + "`: " + expected + "\n");
}

TEST(Expand, RefusesValuesThatHydraCouldNotReadAgain) {
    EXPECT_FAILURE(expand({.overrides = {"a=choice('é',b)"}}), base::Exit::usage,
                   "error: in `-S a=choice('é',b)`: Hydra writes one value as `é`, which it cannot "
                   "read\n"
                   "  a function drops the quotes of its arguments\n"
                   "\n"
                   "hint: a list without a function keeps them: `KEY='A','B'`\n");
    EXPECT_EQ(expanded({"a='é',b"}), (Lines{"a='é'", "a=b"}));
}

TEST(Expand, RefusesTheSameParameterTwice) {
    const auto message = [](const std::string& name) {
        return "error: `" + name +
               "` is given twice\n  `-S`, the columns of `--params` and the parameter of "
               "`--repeat` must differ\n";
    };
    EXPECT_FAILURE(expand({.overrides = {"a=1,2", "+a=3"}}), base::Exit::usage, message("a"));
    EXPECT_FAILURE(expand({.overrides = {"a=1,2", "./params.yaml:a=3"}}), base::Exit::usage,
                   message("./params.yaml:a"));
    EXPECT_FAILURE(expand({.overrides = {"a=1,2"}, .repeat = "2:a"}), base::Exit::usage,
                   message("a"));
    EXPECT_FAILURE(expand({.overrides = {"a=1,2"}, .rows = {{"r.csv:2", {"a=3"}}}}),
                   base::Exit::usage, message("a"));
    EXPECT_EQ(expanded({"~a", "+a=1,2", "a@b=3", "q.yaml:a=4"}).size(), 2U);
}

TEST(PlainSetting, IsWhatAProgramIsGiven) {
    const std::vector<std::tuple<std::string, std::string, std::string>> cases = {
        {"lr=0.001", "lr", "0.001"},
        {"p.yaml:+a.b=True", "p.yaml:a.b", "true"},
        {"a='it\\'s'", "a", "it's"},
        {"a=x\\ y\\,z", "a", "x y,z"},
        {"a=", "a", ""},
        {"a=null", "a", "null"},
        {"a=[1,'b']", "a", "[1,'b']"},
    };
    for (const auto& [word, key, value] : cases) {
        EXPECT_EQ(plain_setting(word).key, key);
        EXPECT_EQ(plain_setting(word).value, value);
    }
    EXPECT_FAILURE(plain_setting("a=1,2"), base::Exit::usage,
                   "error: `a=1,2` is not one value of a parameter\n");
}

TEST(Zip, PairsLists) {
    const Lines overrides = {"a=1,2", "b=x,y", "c=range(2)"};
    EXPECT_EQ(of_grid({.overrides = overrides, .zip = {{}}}),
              (Lines{"a=1 b=x c=0", "a=2 b=y c=1"}));
    EXPECT_EQ(of_grid({.overrides = overrides, .zip = {{"a", "c"}}}),
              (Lines{"a=1 b=x c=0", "a=1 b=y c=0", "a=2 b=x c=1", "a=2 b=y c=1"}));
    EXPECT_EQ(count({.overrides = overrides, .zip = {{}}}), 2U);
}

TEST(Zip, RefusesWhatCannotBePaired) {
    const Lines overrides = {"lr=1,2,3", "seed=range(2)", "k=1"};
    EXPECT_FAILURE(expand({.overrides = overrides, .zip = {{}}}), base::Exit::usage,
                   "error: `--zip` pairs lists of one length: `lr` has 3 values, `seed` has 2 "
                   "values\n");
    EXPECT_FAILURE(expand({.overrides = overrides, .zip = {{"lr", "sed"}}}), base::Exit::usage,
                   "error: `--zip`: no `-S` sets `sed`, did you mean `seed`?\n");
    EXPECT_FAILURE(expand({.overrides = overrides, .zip = {{"lr", "k"}}}), base::Exit::usage,
                   "error: `--zip`: `k` is no sweep\n");
    EXPECT_FAILURE(expand({.overrides = overrides, .zip = {{"lr"}}}), base::Exit::usage,
                   "error: `--zip` needs at least two swept parameters\n");
    EXPECT_FAILURE(expand({.overrides = overrides, .zip = {{"lr", "lr"}}}), base::Exit::usage,
                   "error: `--zip`: `lr` is given twice\n");
}

TEST(Repeat, NumbersRepetitionsFromZero) {
    EXPECT_EQ(of_grid({.overrides = {"a=1,2"}, .repeat = "2:seed"}),
              (Lines{"a=1 seed=0", "a=1 seed=1", "a=2 seed=0", "a=2 seed=1"}));
    EXPECT_EQ(of_grid({.overrides = {"a=1"}, .repeat = "2:conf.yaml:+s.t"}),
              (Lines{"a=1 conf.yaml:+s.t=0", "a=1 conf.yaml:+s.t=1"}));
    EXPECT_EQ(of_grid({.overrides = {"a=1"}, .repeat = "3"}), (Lines{"a=1", "a=1", "a=1"}));
    EXPECT_EQ(count({.overrides = {"a=1,2"}, .repeat = "999999"}), 1999998U);
}

TEST(Repeat, RefusesWhatIsNoNumberAndNoParameter) {
    for (const auto* repeat : {"0", "-1", "x", "1x", ":seed", "1.5:seed"})
        EXPECT_FAILURE(expand({.repeat = repeat}), base::Exit::usage,
                       std::string("error: `--repeat ") + repeat +
                           "`: expected a number from 1 on\n");
    for (const auto* key : {"", "a b", "~a", "a[0]"})
        EXPECT_FAILURE(expand({.repeat = std::string("2:") + key}), base::Exit::usage,
                       std::string("error: `--repeat 2:") + key + "`: `" + key +
                           "` is no parameter\n");
}

TEST(Exclude, LeavesOutWhatMatchesAllOfIt) {
    EXPECT_EQ(
        of_grid({.overrides = {"a=1e-1,1e-2", "b=x,'y',z"}, .exclude = {"a=0.10, b=y", "b='z'"}}),
        (Lines{"a=0.1 b=x", "a=0.01 b=x", "a=0.01 b='y'"}));
    EXPECT_EQ(of_grid({.overrides = {"a=[1,2],[3]"}, .exclude = {"a=[1,2]"}}), (Lines{"a=[3]"}));
    EXPECT_EQ(of_grid({.rows = {{"r.csv:2", {"f.yaml:a=1"}}, {"r.csv:3", {"f.yaml:a=2"}}},
                       .repeat = "2:seed",
                       .exclude = {"f.yaml:a=1,seed=1"}})
                  .size(),
              3U);
}

TEST(Exclude, RefusesWhatHasNoEffect) {
    const Lines overrides = {"lr=1,2"};
    EXPECT_FAILURE(expand({.overrides = overrides, .exclude = {"lr=3"}}), base::Exit::usage,
                   "error: `--exclude lr=3` matches no experiment\n");
    EXPECT_FAILURE(expand({.overrides = overrides, .exclude = {"rl=1"}}), base::Exit::usage,
                   "error: `--exclude rl=1`: the sweep does not set `rl`, did you mean `lr`?\n");
    EXPECT_FAILURE(expand({.overrides = overrides, .exclude = {"lr=1", "lr=2"}}), base::Exit::usage,
                   "error: `--exclude` leaves no experiment\n");
    EXPECT_FAILURE(expand({.overrides = overrides, .exclude = {"lr=choice(1)"}}), base::Exit::usage,
                   "error: `--exclude lr=choice(1)`: expected KEY=VALUE[,KEY=VALUE]\n");
    EXPECT_FAILURE(expand({.overrides = overrides, .exclude = {"lr=1,2"}}), base::Exit::usage,
                   "error: in `--exclude 2`: column 1: `2` cannot be part of a parameter's name\n");
}

TEST(Rows, AreCrossedWithSweeps) {
    EXPECT_EQ(of_grid({.overrides = {"a=1,2", "k=7"},
                       .rows = {{"r:2", {"lr=0.1", "opt='x,y'"}}, {"r:3", {"lr=0.2", "opt=z"}}}}),
              (Lines{"a=1 k=7 lr=0.1 opt='x,y'", "a=2 k=7 lr=0.1 opt='x,y'", "a=1 k=7 lr=0.2 opt=z",
                     "a=2 k=7 lr=0.2 opt=z"}));
}

TEST(Rows, HaveOneValueOfEachParameter) {
    EXPECT_FAILURE(expand({.rows = {{"r.csv:4", {"lr=1,2"}}}}), base::Exit::usage,
                   "error: in `r.csv:4: lr=1,2`: a row has one value of a parameter\n");
    EXPECT_FAILURE(expand({.rows = {{"r:1", {"a=1"}}, {"r:2", {"b=1"}}}}), base::Exit::usage,
                   "error: r:2: `b` instead of `a`\n");
}

} // namespace
} // namespace rdvc::sweep
