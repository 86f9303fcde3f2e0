#include "transport/relay.hpp"

#include <gtest/gtest.h>

namespace rdvc::transport {
namespace {

using Words = std::vector<std::string>;

TEST(ReadRelayWords, HandsTheCommandToBashOnItsInput) {
    const auto order = read_relay_words({"ssh", "-T", "--", "hpc", "bash", "-s", "--then", "-l",
                                         "alice", "hpc", "rsync", "--server", ".", "a\\ b"});
    EXPECT_EQ(order.ssh, Words({"ssh", "-T", "-l", "alice", "--", "hpc", "bash", "-s"}));
    EXPECT_EQ(order.program, "printf '\\n@rdvc:begin\\n'\n{ rsync --server . a\\ b\n"
                             "printf '\\n@rdvc:end %s\\n' \"$?\" >&2\nexit\n}\n");
}

TEST(ReadRelayWords, PassesOnTheOptionsOfGit) {
    const auto order =
        read_relay_words({"ssh", "--", "hpc", "bash", "-s", "--then", "-o", "SendEnv=GIT_PROTOCOL",
                          "-4", "alice@hpc", "git-upload-pack '/a b'"});
    EXPECT_EQ(order.ssh,
              Words({"ssh", "-o", "SendEnv=GIT_PROTOCOL", "-4", "--", "hpc", "bash", "-s"}));
    EXPECT_NE(order.program.find("{ git-upload-pack '/a b'\n"), std::string::npos);
}

TEST(ReadRelayWords, TakeAnything) {
    for (const auto& words :
         {Words{}, Words{"--then"}, Words{"ssh"}, Words{"ssh", "--then", "-o"},
          Words{"ssh", "--then", "hpc"}, Words{"ssh", "--", "hpc", "--then", "-l", "alice", "hpc"}})
        EXPECT_EQ(read_relay_words(words).program, "");
}

TEST(Opening, DropsWhatTheLoginPrints) {
    const std::string noise =
        "Welcome!\r\nquota: 93 %\n@rdvc:begin too early\nno end" + std::string(9000, 'x');
    const std::string stream = noise + "\n@rdvc:begin\n\x00\xff\n@rdvc:begin\nbytes";
    for (const std::size_t size :
         {std::size_t{1}, std::size_t{3}, std::size_t{4096}, stream.size()}) {
        Opening opening;
        std::string heard;
        for (std::size_t at = 0; at < stream.size(); at += size)
            heard += opening.feed(std::string_view(stream).substr(at, size));
        EXPECT_EQ(heard, std::string_view(stream).substr(noise.size() + 13)) << size;
    }
}

} // namespace
} // namespace rdvc::transport
