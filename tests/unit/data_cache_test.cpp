#include "data/cache.hpp"

#include <map>

#include <gtest/gtest.h>

#include "base/md5.hpp"
#include "support/folder.hpp"

namespace rdvc::data {
namespace {

using tests::Folder;
using tests::put_file;

const std::string no_bytes = "d41d8cd98f00b204e9800998ecf8427e";

TEST(ObjectNames, GoBothWays) {
    for (const auto& whole : {no_bytes, no_bytes + ".dir"})
        for (const bool legacy : {false, true}) {
            const auto parsed = parse_object_name(object_name(whole, legacy));
            ASSERT_TRUE(parsed.has_value());
            EXPECT_EQ(parsed->hash, whole);
            EXPECT_EQ(parsed->legacy, legacy);
        }
    EXPECT_EQ(object_name(no_bytes, false), "files/md5/d4/1d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(object_name(no_bytes, true), "d4/1d8cd98f00b204e9800998ecf8427e");
}

TEST(ObjectNames, OfOthersAreRefused) {
    for (const std::string name :
         {"", "files/md5/", "../d4/1d8cd98f00b204e9800998ecf8427e",
          "files/md5/../1d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e",
          "D4/1D8CD98F00B204E9800998ECF8427E", "d4/1d8cd98f00b204e9800998ecf8427e.dir.dir",
          "d4/1d8cd98f00b204e9800998ecf8427e/x", "/d4/1d8cd98f00b204e9800998ecf8427e",
          "files/md5/d4/1d8cd98f00b204e9800998ecf8427e\n", "d4//d8cd98f00b204e9800998ecf8427e"})
        EXPECT_FALSE(parse_object_name(name).has_value()) << name;
}

TEST(ConfigFolders, AreWhereDvcHasThemOnEachPlatform) {
    std::map<std::string, std::string> set = {{"HOME", "/h"}};
    const auto folders = [&](base::Platform platform) {
        const auto [systems, users] =
            config_folders(platform, [&](const std::string& name) -> std::optional<std::string> {
                const auto found = set.find(name);
                return found == set.end() ? std::nullopt : std::optional(found->second);
            });
        return systems.string() + " " + users.string();
    };
    const auto on_linux = base::Platform::linux_like;
    const auto on_mac = base::Platform::macos;
    const std::string macs = "/Library/Application Support/dvc /h/Library/Application Support/dvc";
    EXPECT_EQ(folders(on_linux), "/etc/xdg/dvc /h/.config/dvc");
    EXPECT_EQ(folders(on_mac), macs);
    set["XDG_CONFIG_DIRS"] = "/x:/y";
    set["XDG_CONFIG_HOME"] = "/c";
    EXPECT_EQ(folders(on_linux), "/x/dvc /c/dvc");
    EXPECT_EQ(folders(on_mac), macs);
    set["DVC_SYSTEM_CONFIG_DIR"] = "/s";
    set["DVC_GLOBAL_CONFIG_DIR"] = "/g";
    EXPECT_EQ(folders(on_linux), "/s /g");
    EXPECT_EQ(folders(on_mac), "/s /g");
}

// The text is what `dvc add` wrote.
TEST(Listings, AreWrittenAsDvcDoes) {
    const std::string text =
        R"([{"md5": "7fc56270e7a70fa81a5935b72eacbe29", "relpath": "A"}, )"
        R"({"md5": "0cc9cd4dd26c5137b675a0d819cb9ab0", "relpath": "a b"}, )"
        R"({"md5": "8ca2ed590cf2ea2404f2e67641bcdf50", "relpath": "a-b"}, )"
        R"({"md5": "e32b629f658481c8aa169aa08acc0625", "relpath": "a.b"}, )"
        R"({"md5": "a7e86136543b019d72468ceebf71fb8e", "relpath": "a/b"}, )"
        R"({"md5": "7ac22aa81ddb0dd4f82a9f0b547b92f4", "relpath": "back\\slash"}, )"
        R"({"md5": "338c482ea9380021306a830e0f0e2f5c", "relpath": "del\u007f"}, )"
        R"({"md5": "50b5bf99eabd236f3cbe7c345ada4ec6", "relpath": "new\nline"}, )"
        R"({"md5": "4b721ed8a923140ad6366336f1943ba0", "relpath": "q\"u'o.txt"}, )"
        R"({"md5": "4d9f3411efd40dc40e8b3485cd3f39e4", "relpath": "tab\tx"}, )"
        R"({"md5": "034d7bdf36aef73f63e14e410999aba3", "relpath": "\u00e4.txt"}, )"
        R"({"md5": "a44db9f2daac121768fcac579147cdf4", "relpath": "\ufb00"}, )"
        R"({"md5": "2a02eac39d716a70ecf37579185927b6", "relpath": "\ud83d\ude00"}])";
    const auto listing = parse_listing(text);
    ASSERT_TRUE(listing.has_value());
    EXPECT_EQ(render_listing(*listing), text);
    EXPECT_EQ(base::md5(text), "a851e81fbf67948d936f1cccdd529526");
    EXPECT_EQ(render_listing({}), "[]");
}

TEST(Listings, ThatLeadElsewhereAreRefused) {
    for (const std::string path : {"", ".", "..", "/x", "a//b", "a/", "a/../b", "./a", "a\\u0000b"})
        EXPECT_FALSE(
            parse_listing(R"([{"md5": ")" + no_bytes + R"(", "relpath": ")" + path + "\"}]"))
            << path;
    for (const std::string text :
         {"", "{}", "[1]", "[{}]", R"([{"md5": "x", "relpath": "a"}])",
          R"([{"md5": "d41d8cd98f00b204e9800998ecf8427e.dir", "relpath": "a"}])",
          R"([{"md5": 1, "relpath": "a"}])", R"([{"md5": "d41d8cd98f00b204e9800998ecf8427e"}])"})
        EXPECT_FALSE(parse_listing(text)) << text;
}

TEST(CacheFolder, IsThatOfTheNearestConfiguration) {
    const Folder folder;
    const auto project = folder / "p";
    const Variables variables = [&](const std::string& name) -> std::optional<std::string> {
        if (name == "HOME")
            return (folder / "home").string();
        if (name == "DVC_SYSTEM_CONFIG_DIR")
            return (folder / "system").string();
        return std::nullopt;
    };
    const auto found = [&] { return cache_dir(project, variables); };
    EXPECT_EQ(found(), project / ".dvc/cache");
    put_file(folder / "system/config", "[cache]\ndir = /of-system\n");
    EXPECT_EQ(found(), "/of-system");
    put_file(folder / "home/.config/dvc/config", "[core]\ndir = /no\n[cache]\n    dir = mine\n");
    EXPECT_EQ(found(), folder / "home/.config/dvc/mine");
    put_file(project / ".dvc/config",
             "['remote \"x\"']\n dir = /no\n[ Cache ]\nDIR = \"/a # b\"\n");
    EXPECT_EQ(found(), "/a # b");
    put_file(project / ".dvc/config.local", "[cache]\ndir = ../../c # shared\n");
    EXPECT_EQ(found(), folder / "c");
    put_file(project / ".dvc/config.local", "[cache]\ndir = ~/c\n");
    EXPECT_EQ(found(), folder / "home/c");
}

TEST(SameButForCase, NamesAllThatOneFileCouldBe) {
    EXPECT_TRUE(same_but_for_case({}).empty());
    EXPECT_TRUE(same_but_for_case({"a/b", "a/c", "a/b"}).empty());
    EXPECT_EQ(same_but_for_case({"d/Read.md", "x", "d/readme", "d/READ.md", "D/read.md"}),
              (std::vector<std::string>{"D/read.md", "d/READ.md", "d/Read.md"}));
}

} // namespace
} // namespace rdvc::data
