#include "project/dvc.hpp"
#include "project/dvc_remote.hpp"

#include <gtest/gtest.h>

#include "support/folder.hpp"

namespace rdvc::project {
namespace {

namespace fs = std::filesystem;
using tests::Folder;

TEST(FindDvcProject, IsTheNearestAbove) {
    const Folder folder;
    const auto top = folder / "top";
    fs::create_directories(top / "a" / "b" / "c");
    EXPECT_EQ(find_dvc_project(top / "a", top), std::nullopt);
    fs::create_directory(folder / ".dvc"); // above the repository: not ours
    EXPECT_EQ(find_dvc_project(top / "a", top), std::nullopt);
    EXPECT_EQ(find_dvc_project(top, top), std::nullopt);
    fs::create_directory(top / "a" / ".dvc");
    EXPECT_EQ(find_dvc_project(top / "a" / "b" / "c", top), top / "a");
    EXPECT_EQ(find_dvc_project(top / "a", top), top / "a");
    EXPECT_EQ(find_dvc_project(top, top), std::nullopt);
    tests::put_file(top / ".dvc", "a file is no project");
    EXPECT_EQ(find_dvc_project(top, top), std::nullopt);
}

TEST(HasDvcRemote, ReadsDvcsOwnFiles) {
    const std::vector<std::pair<std::string, bool>> cases = {
        {"", false},
        {"[core]\n    remote = storage\n['remote \"storage\"']\n    url = s3://b\n", true},
        {"[core]\nremote=storage\n", true},
        {"[core]\r\n    remote = storage\r\n", true},
        {"[core]\n    analytics = false\n    remote = storage\n", true},
        {"['remote \"storage\"']\n    url = s3://b\n", false}, // none is the default
        {"[core]\n    # remote = storage\n", false},
        {"[core]\n    remote_cache = x\n", false},
        {"[cache]\n    remote = storage\n", false},
        {"[core]\n[cache]\n    remote = storage\n", false},
    };
    for (const auto& [text, expected] : cases) {
        const Folder folder;
        tests::put_file(folder / ".dvc" / "config", text);
        EXPECT_EQ(has_dvc_remote(folder.path()), expected) << text;
    }
    const Folder folder;
    fs::create_directory(folder / ".dvc");
    EXPECT_FALSE(has_dvc_remote(folder.path()));
    tests::put_file(folder / ".dvc" / "config.local", "[core]\n    remote = mine\n");
    EXPECT_TRUE(has_dvc_remote(folder.path()));
}

TEST(DefaultRemote, IsFollowedToItsUrl) {
    const auto url = [](const std::string& text) { return default_remote_url(parse_config(text)); };
    const std::string b = "['remote \"b\"']\n    url = ";
    EXPECT_EQ(url(b + "s3://x\n"), std::nullopt);
    EXPECT_EQ(url("[core]\nremote = b\n" + b + "../store # mine\n"), "../store");
    EXPECT_EQ(url("[core]\nremote = \"B\"\n" + b + "\"/data # x\"\n"), "/data # x");
    EXPECT_EQ(url("[core]\nremote = a\n['remote \"a\"']\nurl = remote://b/sub\n" + b + "/data\n"),
              "/data");
    EXPECT_EQ(url("[core]\nremote = b\n" + b + "remote://b/x\n"), "remote://b/x") << "it ends";
    for (const auto* path : {"../store", "/data", "file:///data", "store", "a:b"})
        EXPECT_TRUE(is_path(path)) << path;
    for (const auto* other : {"", "s3://b", "ssh://h/data", "remote://b/x"})
        EXPECT_FALSE(is_path(other)) << other;
}

TEST(SettingsThatRun, AreThoseOfAwsAndOfDatabases) {
    EXPECT_EQ(settings_that_run(
                  parse_config("[core]\nremote = a\nSite_Cache_Dir = x\n['remote \"a\"']\n"
                               "url = s3://x\nConfigPath = y\n['remote \"g\"']\nurl = gs://x\n"
                               "credentialpath = y\n['remote \"c\"']\nurl = remote://a/x\n"
                               "credentialpath = y\n")),
              (std::vector<std::string>{"core.site_cache_dir", "remote.a.configpath",
                                        "remote.c.credentialpath"}));
}

TEST(LocalSettings, AreNamesAlone) {
    const tests::Folder folder;
    EXPECT_TRUE(local_settings(folder.path()).empty());
    tests::put_file(folder / ".dvc" / "config.local",
                    "# comment = no\n[core]\n    remote = s3\n    analytics = false\n"
                    "['remote \"s3\"']\n    password = a = b\n[cache]\n    dir=/x\nno key\n[");
    EXPECT_EQ(local_settings(folder.path()),
              (std::vector<std::string>{"core.remote", "remote.s3.password", "cache.dir"}));
}

} // namespace
} // namespace rdvc::project
