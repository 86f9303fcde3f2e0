#include "base/files.hpp"

#include <array>
#include <cstdlib>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.hpp"
#include "support/expect_error.hpp"
#include "support/folder.hpp"

namespace rdvc::base {
namespace {

namespace fs = std::filesystem;
using tests::content_of;
using tests::Folder;
using tests::mode_of;

std::size_t files_in(const fs::path& folder) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(ReadFile, GivesNothingForNoFile) {
    const Folder folder;
    EXPECT_EQ(read_file(folder / "none"), std::nullopt);
    EXPECT_EQ(read_file(folder / "no" / "folder"), std::nullopt);
    EXPECT_EQ(read_file(""), std::nullopt);
}

TEST(ReadFile, IsNotKeptByAPipe) {
    const Folder folder;
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    fs::create_symlink("/dev/zero", folder / "endless");
    for (const auto* name : {"pipe", "endless"})
        EXPECT_FAILURE(read_file(folder / name), Exit::failed,
                       "error: `" + (folder / name).string() + "` is not a regular file\n");
}

TEST(ReadFile, GivesEveryByte) {
    const Folder folder;
    std::string all;
    for (int byte = 0; byte < 256; ++byte)
        all += static_cast<char>(byte);
    write_file(folder / "bytes", all);
    EXPECT_EQ(read_file(folder / "bytes"), all);
    write_file(folder / "empty", "");
    EXPECT_EQ(read_file(folder / "empty"), "");
}

TEST(ReadFile, RefusesAFolder) {
    const Folder folder;
    EXPECT_EQ(tests::failure_of([&] { return read_file(folder.path()); }).code, Exit::failed);
}

TEST(WriteFile, MakesFoldersAndFilesForTheUserAlone) {
    const Folder folder;
    const auto path = folder / "a" / "b" / "file";
    write_file(path, "text");
    EXPECT_EQ(content_of(path), "text");
    EXPECT_EQ(mode_of(path), 0600U);
    EXPECT_EQ(mode_of(folder / "a"), 0700U);
    EXPECT_EQ(mode_of(folder / "a" / "b"), 0700U);
}

TEST(WriteFile, KeepsTheModeThatTheFileHad) {
    const Folder folder;
    const auto path = folder / "file";
    for (const unsigned mode : {0644U, 0640U, 0600U, 0755U}) {
        write_file(path, "old");
        fs::permissions(path, static_cast<fs::perms>(mode));
        write_file(path, "new");
        EXPECT_EQ(content_of(path), "new");
        EXPECT_EQ(mode_of(path), mode);
    }
}

// As dotfile managers create them: the link stays, its target is replaced.
TEST(WriteFile, WritesThroughALink) {
    const Folder folder;
    write_file(folder / "dotfiles" / "config.toml", "old");
    fs::create_directory(folder / "config");
    fs::create_symlink("../dotfiles/config.toml", folder / "config" / "config.toml");
    write_file(folder / "config" / "config.toml", "new");
    EXPECT_TRUE(fs::is_symlink(folder / "config" / "config.toml"));
    EXPECT_EQ(content_of(folder / "dotfiles" / "config.toml"), "new");
}

TEST(WriteFile, WritesThroughALinkToNothingYet) {
    const Folder folder;
    fs::create_directory(folder / "dotfiles");
    fs::create_symlink(folder / "dotfiles" / "config.toml", folder / "config.toml");
    write_file(folder / "config.toml", "new");
    EXPECT_TRUE(fs::is_symlink(folder / "config.toml"));
    EXPECT_EQ(content_of(folder / "dotfiles" / "config.toml"), "new");
}

TEST(WriteFile, LeavesNothingElseBehind) {
    const Folder folder;
    write_file(folder / "file", "one");
    write_file(folder / "file", "two");
    EXPECT_EQ(files_in(folder.path()), 1U);
    fs::create_directory(folder / "taken");
    fs::create_directory(folder / "taken" / "inside");
    EXPECT_NE(tests::failure_of([&] { return write_file(folder / "taken", "x"), 0; }).message, "");
    EXPECT_EQ(files_in(folder.path()), 2U);
}

// A reader always sees either the complete old text or the complete new one.
TEST(WriteFile, ReplacesInOneStep) {
    const Folder folder;
    const auto path = folder / "file";
    const std::string a(100'000, 'a');
    const std::string b(100'000, 'b');
    write_file(path, a);
    std::thread writer([&] {
        for (int i = 0; i < 20; ++i)
            write_file(path, i % 2 == 0 ? b : a);
    });
    bool whole = true;
    for (int i = 0; i < 200 && whole; ++i) {
        const auto text = read_file(path);
        whole = text == a || text == b;
    }
    writer.join();
    EXPECT_TRUE(whole);
}

TEST(WriteFile, NamesTheFileThatItCannotWrite) {
    const Folder folder;
    write_file(folder / "file", "no folder");
    const auto path = folder / "file" / "below";
    const auto failure = tests::failure_of([&] { return write_file(path, "x"), 0; });
    EXPECT_EQ(failure.code, Exit::failed);
    EXPECT_NE(failure.message.find((folder / "file").string()), std::string::npos)
        << failure.message;
}

TEST(AppendLine, AddsALine) {
    const Folder folder;
    const auto path = folder / "state" / "ledger";
    append_line(path, "one");
    append_line(path, "two");
    append_line(path, "");
    EXPECT_EQ(content_of(path), "one\ntwo\n\n");
    EXPECT_EQ(mode_of(path), 0600U);
    EXPECT_EQ(mode_of(folder / "state"), 0700U);
}

TEST(AppendLine, EndsALineThatACrashHasTorn) {
    const Folder folder;
    const auto path = folder / "ledger";
    write_file(path, "one\ntw");
    append_line(path, "three");
    EXPECT_EQ(content_of(path), "one\ntw\nthree\n");
}

TEST(AppendLine, OfSeveralWritersLosesNothing) {
    const Folder folder;
    const auto path = folder / "ledger";
    constexpr int writers = 4;
    constexpr int each = 25;
    std::vector<std::thread> threads;
    for (int writer = 0; writer < writers; ++writer)
        threads.emplace_back([&, writer] {
            for (int i = 0; i < each; ++i)
                append_line(path,
                            std::to_string(writer) + std::string(500, '.') + std::to_string(i));
        });
    for (auto& thread : threads)
        thread.join();
    const auto all = lines(content_of(path));
    ASSERT_EQ(all.size(), static_cast<std::size_t>(writers * each));
    std::vector<int> next(writers, 0);
    for (const auto& line : all) { // each writer's lines are whole and in its order
        const auto writer = static_cast<std::size_t>(line.front() - '0');
        EXPECT_EQ(line, std::to_string(writer) + std::string(500, '.') +
                            std::to_string(next.at(writer)++));
    }
}

TEST(MakePrivateFolder, MakesWhatIsMissing) {
    const Folder folder;
    make_private_folder(folder / "a" / "b");
    EXPECT_EQ(mode_of(folder / "a"), 0700U);
    EXPECT_EQ(mode_of(folder / "a" / "b"), 0700U);
    make_private_folder(folder / "a" / "b");
}

TEST(MakePrivateFolder, RefusesOneThatIsOpenToOthers) {
    const Folder folder;
    const auto path = folder / "sockets";
    for (const unsigned mode : {0755U, 0710U, 0701U, 0777U, 01777U}) {
        fs::create_directory(path);
        fs::permissions(path, static_cast<fs::perms>(mode));
        EXPECT_FAILURE((make_private_folder(path), 0), Exit::failed,
                       "error: `" + path.string() +
                           "` must be your own folder, closed to others\n");
        fs::remove(path);
    }
}

TEST(MakePrivateFolder, RefusesALinkAndAFile) {
    const Folder folder;
    make_private_folder(folder / "real");
    fs::create_symlink(folder / "real", folder / "link");
    EXPECT_EQ(tests::failure_of([&] { return make_private_folder(folder / "link"), 0; }).code,
              Exit::failed);
    write_file(folder / "file", "");
    EXPECT_EQ(tests::failure_of([&] { return make_private_folder(folder / "file"), 0; }).code,
              Exit::failed);
}

TEST(MakePrivateFolder, RefusesSomebodyElses) {
    if (::getuid() != 0)
        GTEST_SKIP() << "only root can make a folder of somebody else";
    const Folder folder;
    make_private_folder(folder / "sockets");
    ASSERT_EQ(::chown((folder / "sockets").c_str(), 65534, 65534), 0);
    EXPECT_EQ(tests::failure_of([&] { return make_private_folder(folder / "sockets"), 0; }).code,
              Exit::failed);
}

TEST(TemporaryFolder, IsPrivateAndGoneAfterwards) {
    fs::path path;
    {
        const TemporaryFolder folder;
        path = folder.path();
        EXPECT_EQ(mode_of(path), 0700U);
        write_file(path / "a" / "b", "x");
    }
    EXPECT_FALSE(fs::exists(path));
}

// Where temporary folders are made as long as it lives.
class TemporaryPlace {
  public:
    explicit TemporaryPlace(const fs::path& place) {
        if (const char* before = std::getenv("TMPDIR"))
            before_ = before;
        ::setenv("TMPDIR", place.c_str(), 1);
    }
    ~TemporaryPlace() { before_ ? ::setenv("TMPDIR", before_->c_str(), 1) : ::unsetenv("TMPDIR"); }
    TemporaryPlace(const TemporaryPlace&) = delete;
    TemporaryPlace& operator=(const TemporaryPlace&) = delete;
    TemporaryPlace(TemporaryPlace&&) = delete;
    TemporaryPlace& operator=(TemporaryPlace&&) = delete;

  private:
    std::optional<std::string> before_;
};

void make_old(const fs::path& path) {
    const std::array<timeval, 2> times{{{1000, 0}, {1000, 0}}};
    ASSERT_EQ(::utimes(path.c_str(), times.data()), 0);
}

TEST(RemoveAbandonedFolders, TakesOnlyThoseOfKilledProcesses) {
    const Folder folder;
    const TemporaryPlace place(folder.path());
    const pid_t child = ::fork();
    if (child == 0) {
        const TemporaryFolder killed;
        fs::create_directories(killed.path() / "closed" / "in");
        fs::permissions(killed.path() / "closed", fs::perms::owner_read);
        ::_exit(0); // no destructor
    }
    ::waitpid(child, nullptr, 0);
    ASSERT_EQ(files_in(folder.path()), 1U);
    const auto killed = fs::directory_iterator(folder.path())->path();
    remove_abandoned_folders();
    EXPECT_TRUE(fs::exists(killed)) << "it may be one that is being created";
    const TemporaryFolder living;
    const auto foreign = folder / "rdvc-run-abcdef";
    fs::create_directory(foreign); // open to others, so rdvc has not made it
    fs::create_directory_symlink(folder.path(), folder / "rdvc-run-ghijkl");
    for (const auto& path : {killed, living.path(), foreign})
        make_old(path);
    remove_abandoned_folders();
    EXPECT_FALSE(fs::exists(killed));
    EXPECT_TRUE(fs::exists(living.path()));
    EXPECT_TRUE(fs::exists(foreign));
}

TEST(RemoveTree, TakesFoldersThatMayNotBeWrittenToAndFollowsNoLink) {
    const Folder folder;
    const auto tree = folder / "tree";
    write_file(folder / "elsewhere" / "file", "x");
    write_file(tree / "closed" / "in" / "file", "x");
    fs::create_hard_link(folder / "elsewhere" / "file", tree / "closed" / "same");
    fs::create_directory_symlink(folder / "elsewhere", tree / "link");
    fs::permissions(folder / "elsewhere" / "file", fs::perms::owner_read);
    fs::permissions(folder / "elsewhere", fs::perms::owner_read | fs::perms::owner_exec);
    fs::permissions(tree / "closed" / "in", fs::perms::none);
    fs::permissions(tree / "closed", fs::perms::owner_read | fs::perms::owner_exec);
    remove_tree(tree);
    remove_tree(tree);
    EXPECT_FALSE(fs::exists(tree));
    EXPECT_EQ(mode_of(folder / "elsewhere"), 0500U);
    EXPECT_EQ(mode_of(folder / "elsewhere" / "file"), 0400U);
    fs::permissions(folder / "elsewhere", fs::perms::owner_all);
}

} // namespace
} // namespace rdvc::base
