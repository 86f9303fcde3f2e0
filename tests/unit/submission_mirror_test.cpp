#include "submission/mirror.hpp"

#include <gtest/gtest.h>

#include "submission/token.hpp"

namespace rdvc::submission {
namespace {

TEST(MirrorName, IsTheSameInEveryClone) {
    const std::string id = "7f3a9c1d7f3a9c1d7f3a9c1d7f3a9c1d";
    EXPECT_EQ(mirror_name("demo", id, "git@github.com:alice/demo.git", "root"),
              "demo-7f3a9c1d.git");
    EXPECT_EQ(mirror_name("demo", "", "git@github.com:alice/demo.git", "root"),
              mirror_name("demo", "", "https://bob:pw@github.com/alice/demo", "other"));
    EXPECT_EQ(mirror_name("demo", "", "", "root"), mirror_name("demo", "", "", "root"));
    EXPECT_NE(mirror_name("demo", "", "", "root"), mirror_name("demo", "", "", "other"));
    EXPECT_NE(mirror_name("demo", "", "git@github.com:alice/demo.git", ""),
              mirror_name("demo", "", "git@github.com:bob/demo.git", ""));
}

TEST(MirrorName, IsSafeWhateverTheIdIs) {
    for (const std::string id : {"../../x", "my project", "7F3A9C1D", "7f3a", "\xff"}) {
        const auto name = mirror_name("demo", id, "", "");
        EXPECT_EQ(name.size(), std::string("demo-12345678.git").size()) << name;
        EXPECT_EQ(name.find_first_not_of("demogit-.0123456789abcdef"), std::string::npos) << name;
        EXPECT_NE(name, mirror_name("demo", id + "x", "", ""));
    }
    EXPECT_EQ(mirror_name("../a b", "7f3a9c1d", "", ""), "p..-a-b-7f3a9c1d.git");
}

TEST(MirrorName, CanBeKeptByAnId) {
    const auto mirror = mirror_name("demo-1", "", "", "root");
    const auto [name, digits] = parts_of(mirror);
    EXPECT_EQ(name, "demo-1");
    const auto id = id_with(digits);
    EXPECT_TRUE(is_token(id)) << id;
    EXPECT_NE(id, id_with(digits));
    EXPECT_EQ(mirror_name(name, id, "git@github.com:alice/demo.git", "other"), mirror);
}

} // namespace
} // namespace rdvc::submission
