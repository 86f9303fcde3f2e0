#include "sweep/names.hpp"

#include <set>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "submission/name.hpp"

namespace rdvc::sweep {
namespace {

std::vector<std::string> names_for(const Grid& grid, const std::string& name = "") {
    return names(expand(grid), name, Naming::values);
}

using Names = std::vector<std::string>;

TEST(Names, AreNumbers) {
    EXPECT_EQ(names(expand({.overrides = {"a=1,2,3"}}), "best", Naming::numbers),
              (Names{"best-1", "best-2", "best-3"}));
    EXPECT_EQ(names(expand({.overrides = {"a=1"}}), "best", Naming::numbers), (Names{"best-1"}));
}

TEST(Names, AreTheValuesThatVary) {
    EXPECT_EQ(
        names_for({.overrides = {"model.config.optimizer.lr=1e-2,1e-3", "k=4", "seed=range(2)"}}),
        (Names{"lr=0.01,seed=0", "lr=0.01,seed=1", "lr=0.001,seed=0", "lr=0.001,seed=1"}));
    EXPECT_EQ(names_for({.overrides = {"a=1,2"}}, "best"), (Names{"best-a=1", "best-a=2"}));
}

TEST(Names, HaveAsMuchOfAKeyAsTellsItFromOthers) {
    EXPECT_EQ(names_for({.overrides = {"a.x.lr=1,2", "b.x.lr=3", "c.y.lr=3,4", "p.yaml:d=1,2"}})[0],
              "x.lr=1,y.lr=3,d=1");
    EXPECT_EQ(names_for({.overrides = {"lr=1,2", "p.yaml:lr=3,4"}})[0], "lr=1,p.yaml-lr=3");
}

TEST(Names, AreShortAndPlain) {
    EXPECT_EQ(names_for({.overrides = {"a='x y','/data/ä/b.csv',-1,'',\"..\",'x~^:?*[y'"}}),
              (Names{"a=x-y-1", "a=data-b.csv", "a=-1", "a=-4", "a=-5", "a=x-y-6"}));
    EXPECT_EQ(names_for({.overrides = {"a=[1,2],{x:1}"}}), (Names{"a=1-2", "a=x-1"}));
    EXPECT_EQ(names_for({.overrides = {"a='" + std::string(300, 'x') + "',y.lock,b."}}),
              (Names{"a=xxxxxxxxxxxx-a87f7933", "a=y", "a=b"}));
}

TEST(Names, DifferAlsoWithoutRegardToCase) {
    EXPECT_EQ(names_for({.overrides = {"a=x,X,y,y"}}), (Names{"a=x-1", "a=X-2", "a=y-3", "a=y-4"}));
    EXPECT_EQ(names_for({.overrides = {"a=x,x,x-2"}}), (Names{"a=x-1", "a=x-2-2", "a=x-2"}));
    EXPECT_EQ(names_for({.overrides = {"a=1"}, .repeat = "2"}), (Names{"1", "2"}));
    EXPECT_EQ(names_for({.overrides = {"a=1"}, .repeat = "2"}, "n"), (Names{"n-1", "n-2"}));
}

TEST(Names, AreAcceptedByGitWhateverTheValues) {
    Names overrides = {"very.long.key_that_goes_on_and_on_0=1,2"};
    for (int i = 1; i < 8; ++i)
        overrides.push_back("very.long.key_that_goes_on_and_on_" + std::to_string(i) +
                            "='a.lock.','@{','..','-','\\'~'");
    overrides.resize(5);
    for (const auto& name : {std::string(), std::string(80, 'n')}) {
        const auto all = names_for({.overrides = overrides}, name);
        std::set<std::string> different;
        for (const auto& one : all) {
            submission::check_name(one);
            EXPECT_TRUE(different.insert(base::lower(one)).second) << one;
        }
    }
}

} // namespace
} // namespace rdvc::sweep
