#include <gtest/gtest.h>

#include "sweep/sweep.hpp"

namespace rdvc::sweep {
namespace {

// Each as Hydra 1.3's own parser judges it (Override.is_sweep_override).
TEST(IsASweep, InHydrasGrammar) {
    for (const std::string override : {"a=1,2",
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
                                       "a=choice (1,2)",
                                       "a=range(1,3)",
                                       "a=range(3)",
                                       "a=interval(0,1)",
                                       "a=glob(*)",
                                       "a=sort(3,2,1)",
                                       "a=shuffle(a,b)",
                                       "a=tag(t,choice(a,b))",
                                       "a=int(choice(1,2))",
                                       "a=float(1,2)",
                                       "a=shuffle(range(1,3))"})
        EXPECT_TRUE(is_sweep(override)) << override;
    for (const std::string override :
         {"", "a", "~a", "a=", "a=x", "a=[1,2]", "a='1,2'", "a=\"1,2\"", "a=1\\,2", "a={x:1,y:2}",
          "a={x:[1,2],y:'3,4'}", "a='x\\',y'", "a=hello world", "a=int(1)", "a=sort([1,2])",
          "a=shuffle([1,2])", "a=choices", "a=ranged"})
        EXPECT_FALSE(is_sweep(override)) << override;
}

// So that expand() says what is wrong, instead of DVC in a job.
TEST(IsASweep, WithAMistake) {
    for (const std::string override : {"a=1,2,", "a=range(1,", "a=choice(", "a=choice(choice(1))",
                                       "a[0]=1,2", "a=b=c,d", "a=sort(1,b)", "a=int(x)"})
        EXPECT_TRUE(is_sweep(override)) << override;
    // These are one value that Hydra cannot read, or only a later Hydra.
    for (const std::string override :
         {"a=b=c", "a='x", "a=json_str('[1,2]')", "a,b=1", "a=\xc3\xa9", "a='b,c"})
        EXPECT_FALSE(is_sweep(override)) << override;
}

TEST(IsASweep, EndsWhateverIsNested) {
    std::string calls = "1";
    std::string lists = "1";
    for (int i = 0; i < 20000; ++i) {
        calls = "int(" + calls + ")";
        lists = "[" + lists + "]";
    }
    EXPECT_TRUE(is_sweep("x=" + calls));
    EXPECT_FALSE(is_sweep("x=" + lists));
}

TEST(IsASweep, AmongOthers) {
    const std::vector<std::string> none = {"a=1", "b=[1,2]"};
    const std::vector<std::string> one = {"a=1", "b=1,2"};
    EXPECT_FALSE(is_sweep(none));
    EXPECT_TRUE(is_sweep(one));
}

} // namespace
} // namespace rdvc::sweep
