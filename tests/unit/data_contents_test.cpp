#include "data/contents.hpp"

#include <chrono>

#include <gtest/gtest.h>

#include "base/md5.hpp"
#include "support/expect_error.hpp"
#include "support/git_repository.hpp"

namespace rdvc::data {
namespace {

namespace fs = std::filesystem;
using tests::Folder;
using tests::put_file;

void make_old(const fs::path& file) {
    fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(1));
}

TEST(Contents, AreRememberedAndSeenToChange) {
    const Folder folder;
    const auto memory = folder / "memory";
    put_file(folder / "file", "one");
    make_old(folder / "file");
    { EXPECT_EQ(Contents(memory).hash(folder / "file", false), base::md5("one")); }
    const auto known = tests::content_of(memory);
    put_file(memory, tests::replaced(known, base::md5("one"), base::md5("told")));
    { EXPECT_EQ(Contents(memory).hash(folder / "file", false), base::md5("told")) << "not read"; }
    put_file(folder / "file", "two"); // as long, changed just now
    fs::last_write_time(folder / "file",
                        fs::file_time_type::clock::now() + std::chrono::minutes(1));
    {
        Contents contents(memory);
        EXPECT_EQ(contents.hash(folder / "file", false), base::md5("two"));
        const auto time = fs::last_write_time(folder / "file");
        put_file(folder / "file", "six"); // within the clock's resolution
        fs::last_write_time(folder / "file", time);
        EXPECT_EQ(contents.hash(folder / "file", false), base::md5("six"));
    }
    EXPECT_EQ(Contents(memory).hash(folder / "none", false), "");
}

TEST(Contents, AreReadAgainIfTheMemoryIsDamaged) {
    using std::string_literals::operator""s;
    const Folder folder;
    put_file(folder / "file", "one");
    make_old(folder / "file");
    const std::string zeros(40, '0');
    for (const auto& text :
         {"\0\0\0"s, "1 2 3 "s + zeros, "1 2 3 "s + std::string(32, 'x') + " y\0"s,
          "1 2 3 "s + std::string(32, 'a') + " 2\0"s,
          "9999999999999999999999 1 1 "s + zeros + "\0"s,
          "0 0 0  2:/a/very/long/path/that/was/never/hashed/at/all\0"s}) {
        put_file(folder / "memory", text);
        EXPECT_EQ(Contents(folder / "memory").hash(folder / "file", false), base::md5("one"));
    }
    fs::create_directory(folder / "is-folder");
    EXPECT_EQ(Contents(folder / "is-folder").hash(folder / "file", false), base::md5("one"));
}

class Comparisons : public ::testing::Test {
  protected:
    Comparison comparison(const std::string& path, const std::string& hash, bool legacy = false) {
        Output output;
        output.path = path;
        output.hash = hash;
        output.legacy = legacy;
        const project::Repository repository{.top = git_.path(), .prefix = {}};
        return compare(runner_, repository, contents_, cache_, output);
    }
    // Whether the folder counts as one with empty files at these paths.
    bool is_of(const std::string& path, const std::vector<std::string>& files) {
        Listing listing;
        for (const auto& file : files)
            listing[file] = base::md5("");
        return comparison(path, base::md5(render_listing(listing)) + ".dir").as_recorded;
    }

    Folder folder_;
    tests::GitRepository git_{folder_ / "r"};
    base::ProcessRunner runner_;
    Contents contents_{folder_ / "memory"};
    fs::path cache_ = folder_ / "cache";
};

TEST_F(Comparisons, OfAFile) {
    EXPECT_FALSE(comparison("f", base::md5("x")).is_there);
    git_.write("f", "x");
    EXPECT_TRUE(comparison("f", base::md5("x")).as_recorded);
    EXPECT_FALSE(comparison("f", base::md5("y")).as_recorded);
    EXPECT_FALSE(comparison("f", base::md5("x") + ".dir").as_recorded);
    git_.write("dos", "a\r\n");
    EXPECT_TRUE(comparison("dos", base::md5("a\n"), true).as_recorded);
    EXPECT_FALSE(comparison("dos", base::md5("a\n")).as_recorded);
}

TEST_F(Comparisons, OfLinksIntoTheCacheReadsNothing) {
    const auto object = cache_ / object_name(base::md5("x"), false);
    put_file(object, "not read");
    fs::permissions(object, fs::perms(0444));
    fs::create_symlink(object, git_.path() / "soft");
    fs::create_hard_link(object, git_.path() / "hard");
    EXPECT_TRUE(comparison("soft", base::md5("x")).as_recorded);
    EXPECT_TRUE(comparison("hard", base::md5("x")).as_recorded);
    fs::permissions(object, fs::perms(0644)); // may have been edited through the link
    EXPECT_FALSE(comparison("hard", base::md5("x")).as_recorded);
}

TEST_F(Comparisons, OfAFolderSeesFilesThatAreMoreOrLess) {
    git_.write("d[1]/a", "");
    git_.write("d[1]/s/b", "");
    EXPECT_TRUE(is_of("d[1]", {"a", "s/b"}));
    EXPECT_FALSE(is_of("d[1]", {"a"}));
    EXPECT_FALSE(is_of("d[1]", {"a", "c", "s/b"}));
    const auto object = render_listing({{"a", base::md5("")}, {"s/b", base::md5("")}});
    const auto name = object_name(base::md5(object) + ".dir", false);
    for (const auto* text : {object.c_str(), "damaged"}) {
        put_file(cache_ / name, text);
        EXPECT_TRUE(is_of("d[1]", {"a", "s/b"})) << text;
    }
}

// The ignored files are those that `dvc add` ignored in the same folders.
TEST_F(Comparisons, OfAFolderLeavesOutWhatDvcDoes) {
    for (const auto* file :
         {"g/.git/x", "g/.hg/z", "g/sub/.git/k", "g/sub/ok", "g/ok", "g/.gitignore", "g/.dvcx",
          "g/real/f", "w/skip/a", "w/x.tmp", "w/keep.tmp", "w/cache_1/q", "w/s/y.tmp", "w/s/z"})
        git_.write(file, "");
    fs::create_symlink("real", git_.path() / "g/link");
    fs::create_symlink(".", git_.path() / "g/loop");
    const std::vector<std::string> all = {".dvcx", ".gitignore", "ok", "real/f", "sub/ok"};
    EXPECT_TRUE(is_of("g", all));
    git_.write(".dvcignore", "*.tmp\n/w/skip\n!keep.tmp\ncache_*/\n");
    EXPECT_TRUE(is_of("w", {"keep.tmp", "s/z"}));
    EXPECT_TRUE(is_of("g", all)) << "rules that name nothing there";
}

} // namespace
} // namespace rdvc::data
