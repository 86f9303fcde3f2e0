#include "base/md5.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support/expect_error.hpp"
#include "support/folder.hpp"

namespace rdvc::base {
namespace {

using tests::Folder;
using tests::put_file;

TEST(Md5, IsOfRegularFilesOnly) {
    const Folder folder;
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    for (const auto& path : {folder / "pipe", std::filesystem::path("/dev/zero")})
        EXPECT_FAILURE(md5_of_file(path), Exit::failed,
                       "error: `" + path.string() + "` is not a regular file\n");
}

TEST(Md5, IsThatOfRfc1321) {
    EXPECT_EQ(md5(""), "d41d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(md5("a"), "0cc175b9c0f1b6a831c399e269772661");
    EXPECT_EQ(md5("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
    EXPECT_EQ(md5("1234567890123456789012345678901234567890123456789012345678901234567890123456789"
                  "0"),
              "57edf4a22be3c955ac49da2e2107b67a");
}

TEST(Md5, OfAFileIsThatOfItsContent) {
    const Folder folder;
    const std::string big(3'500'001, 'x');
    put_file(folder / "big", big);
    EXPECT_EQ(md5_of_file(folder / "big"), md5(big));
    EXPECT_EQ(tests::failure_of([&] { return md5_of_file(folder / "none"); }).code, Exit::failed);
    EXPECT_EQ(tests::failure_of([&] { return md5_of_file(folder.path()); }).code, Exit::failed);
}

// The values are those that DVC's own function (dvc_data, file_md5) gives.
TEST(Md5, WithoutCarriageReturnsIsThatOfDvc) {
    const Folder folder;
    constexpr std::size_t block = 1U << 20U;
    using std::string_literals::operator""s;
    for (const auto& [content, hash] : std::vector<std::pair<std::string, std::string>>{
             {"", "d41d8cd98f00b204e9800998ecf8427e"},
             {"a\r\nb\r\n", "dd8c6a395b5dd36c56d23275028f526c"},
             {"a\rb", "2132b3bda00d60e52785208164bff1c8"},
             {"\r\r\n", "81051bcc2cf1bedf378224b0a93e2877"},
             {"\0a\r\n"s, "c2a5b9617479ff7c69c7b78434b5784a"},
             {"\xff\xff\xff" + "aaaaa\r\n"s, "f2c4d7e1aaf95d5a0af4f6b0f3f5ea78"},
             {"\xff\xff\xff\xff" + "aaaaaaa\r\n"s, "0762da381a2c8dd3d5057578c93755a3"},
             {std::string(512, 'a') + "\0\r\n"s, "cf3dae686db0ee01ddf03cfaf2cfd9ac"},
             {"\x1b\x1b\x0b\x07" + "aaaaaaaa\r\n"s, "89bc0584a8b4c3b356c7506e3be74b66"},
             {std::string(block - 1, 'a') + "\r\nb", "8c5619e93d78797e95a4233d0df49978"},
             {std::string(block, 'a') + "\0\r\n"s, "aceb5b5491f0767dd6cd310bdf692732"},
             {"\0"s + std::string(block - 1, 'a') + "x\r\n", "26f3b8237a5667afc3dbd7d57438f1de"}}) {
        put_file(folder / "file", content);
        EXPECT_EQ(md5_of_file_dos2unix(folder / "file"), hash) << content.substr(0, 20);
    }
}

} // namespace
} // namespace rdvc::base
