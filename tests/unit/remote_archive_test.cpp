// The tar stream of objects, as tar reads it.

#include <filesystem>

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "base/process.hpp"
#include "remote/archive.hpp"

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

} // namespace
} // namespace rdvc::remote
