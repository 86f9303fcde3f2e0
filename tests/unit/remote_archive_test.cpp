// The tar stream of objects: tar reads ours, and we read tar's.

#include <filesystem>

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "base/process.hpp"
#include "remote/archive.hpp"
#include "support/expect_error.hpp"
#include "support/folder.hpp"

namespace rdvc::remote {
namespace {

namespace fs = std::filesystem;

std::string one_file(const std::string& name, const std::string& content) {
    return archive_header(name, content.size()) + content + archive_padding(content.size());
}

TEST(RemoteArchive, IsReadByTar) {
    const base::TemporaryFolder folder;
    const std::string block(512, 'b');
    const auto name = "files/md5/ab/" + std::string(30, 'c') + ".dir";
    base::ProcessRunner runner;
    const auto result =
        runner.run({.argv = {"tar", "-x", "-v", "-f", "-", "-C", folder.path().string()},
                    .input = {one_file("empty", ""), one_file(name, block),
                              one_file("ab/c", "text\n"), archive_end()}});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out, "empty\n" + name + "\nab/c\n");
    EXPECT_EQ(base::read_file(folder.path() / "empty"), "");
    EXPECT_EQ(base::read_file(folder.path() / name), block);
    EXPECT_EQ(base::read_file(folder.path() / "ab" / "c"), "text\n");
}

TEST(RemoteArchive, WritesSizesThatAreTooLargeForOctalDigits) {
    base::ProcessRunner runner;
    const auto result = runner.run({.argv = {"tar", "-t", "-v", "-f", "-"},
                                    .input = {archive_header("large", 12'345'678'901U)}});
    EXPECT_NE(result.out.find(" 12345678901 "), std::string::npos) << result.out << result.err;
}

// What a stream has: the files, then whether it is over.
std::string read(const std::string& stream) {
    std::string all;
    ArchiveReader reader(
        [&](const std::string& name, std::uint64_t size) {
            all += name + " " + std::to_string(size) + " ";
        },
        [&](std::string_view text) { all += text; }, [&] { all += "|"; });
    reader.feed(stream);
    return all + (reader.is_over() ? "." : "");
}

// As `pack` of cluster/login/objects.sh calls tar.
TEST(RemoteArchive, ReadsWhatTarWrites) {
    const tests::Folder folder;
    const auto name = "files/md5/ab/" + std::string(30, 'c') + ".dir";
    const std::string content(70'000, 'x');
    tests::put_file(folder / "empty", "");
    tests::put_file(folder / name, "text\n");
    tests::put_file(folder / "ab" / "large", content);
    base::ProcessRunner runner;
    const auto result =
        runner.run({.argv = {"tar", "-c", "-h", "--hard-dereference", "--format=gnu", "-b", "128",
                             "-f", "-", "-C", folder.path().string(), "--no-recursion", "-T", "-"},
                    .input = {"empty\n" + name + "\nab/large\n"}});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(read(result.out), "empty 0 |" + name + " 5 text\n|ab/large 70000 " + content + "|.");
    EXPECT_EQ(read(one_file("a", "xyz") + archive_end()), "a 3 xyz|.");
    EXPECT_EQ(read(one_file("a", "xyz")), "a 3 xyz|");
    EXPECT_EQ(read(archive_header("large", 12'345'678'901U)), "large 12345678901 ");
}

TEST(RemoteArchive, RefusesWhatIsNoFile) {
    const tests::Folder folder;
    fs::create_directory(folder / "folder");
    fs::create_symlink("/etc/passwd", folder / "link");
    tests::put_file(folder / "file", "x");
    fs::create_hard_link(folder / "file", folder / "second");
    tests::put_file(folder / std::string(120, 'n'), "x");
    base::ProcessRunner runner;
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"folder"}, {"link"}, {"file", "second"}, {std::string(120, 'n')}}) {
        std::vector<std::string> argv = {"tar", "-c", "-C", folder.path().string()};
        argv.insert(argv.end(), words.begin(), words.end());
        const auto stream = runner.run({.argv = argv}).out;
        const auto error = tests::failure_of([&] { return read(stream); }).message;
        EXPECT_NE(error.find("the cluster sent a damaged tar stream"), std::string::npos) << error;
        EXPECT_NE(error.find("is not a regular file"), std::string::npos) << error;
    }
    auto damaged = one_file("a", "x");
    damaged[0] = 'b';
    EXPECT_NE(tests::failure_of([&] { return read(damaged); }).message.find("checksum"),
              std::string::npos);
    EXPECT_NE(
        tests::failure_of([&] { return read(std::string(512, 'x')); }).message.find("checksum"),
        std::string::npos);
}

} // namespace
} // namespace rdvc::remote
