#include "submission/sweep.hpp"

#include <gtest/gtest.h>

namespace rdvc::submission {
namespace {

// Each as Hydra 1.3's own parser judges it (Override.is_sweep_override).
TEST(IsSweep, IsHydrasGrammar) {
    for (const auto* override : {"a=1,2",
                                 "a=1, 2",
                                 "+a=1,2",
                                 "++a=1,2",
                                 "~a=1,2",
                                 "db@x=a,b",
                                 "a=a:b,c",
                                 "a= 'b' ,c",
                                 "a=[1,2],[3]",
                                 "a={a:1},{a:2}",
                                 "a=${b},${c}",
                                 "a=1\\\\,2",
                                 "params.yaml:a=1,2",
                                 "a=choice(1,2)",
                                 "a= choice(1,2)",
                                 "a=choice(1)",
                                 "a=range(1,3)",
                                 "a=range(3)",
                                 "a=interval(0,1)",
                                 "a=glob(*)"})
        EXPECT_TRUE(is_sweep(override)) << override;
    for (const auto* override : {"",
                                 "a",
                                 "~a",
                                 "a=",
                                 "a=x",
                                 "a=[1,2]",
                                 "a='1,2'",
                                 "a=\"1,2\"",
                                 "a=1\\,2",
                                 "a={x:1,y:2}",
                                 "a={x:[1,2],y:'3,4'}",
                                 "a='x\\',y'",
                                 "a=hello world",
                                 "a=${f:1,2}",
                                 "a=int(1)",
                                 "a=sort([1,2])",
                                 "a=shuffle([1,2])",
                                 "a=choices",
                                 "a=ranged",
                                 "a,b=1"})
        EXPECT_FALSE(is_sweep(override)) << override;
}

// Functions around a sweep are one too, and a blank may stand before the bracket.
TEST(IsSweep, KnowsHydrasFunctions) {
    for (const auto* override :
         {"a=choice (1,2)", "a=sort(3,2,1)", "a=shuffle(a,b)", "a=tag(t,choice(a,b))",
          "a=int(choice(1,2))", "a=bool(choice(1,0))", "a=float(1,2)", "a=sort(choice(1,2))",
          "a=shuffle(range(1,3))"})
        EXPECT_TRUE(is_sweep(override)) << override;
}

TEST(IsSweep, EndsWhateverIsNested) {
    std::string value = "1";
    for (int i = 0; i < 20000; ++i)
        value = "int(" + value + ")";
    EXPECT_TRUE(is_sweep("x=" + value));
}

} // namespace
} // namespace rdvc::submission
