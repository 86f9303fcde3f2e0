#include "transport/frames.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "support/expect_error.hpp"

namespace rdvc::transport {
namespace {

using Words = std::vector<std::string>;

// What a reader has read, one text per frame; data in angle brackets, joined.
struct Heard {
    std::vector<std::string> all;
    FrameReader reader;

    explicit Heard(const std::string& nonce)
        : reader(
              nonce, [this](const Frame& frame) { all.push_back(frame.verb + "|" + frame.rest); },
              [this](std::string_view bytes) {
                  if (all.empty() || !all.back().starts_with("<"))
                      all.emplace_back("<");
                  all.back() += bytes;
              }) {}
};

const std::string stream = "Welcome to hpc\r\n"
                           "@rdvc:n0 hello /home/other\n" // another request's answer
                           "motd without an end\n"
                           "@rdvc:n1 hello /home/alice\n"
                           "noise in between\n"
                           " @rdvc:n1 not at the start\n"
                           "@rdvc:n1\n"
                           "@rdvc:n1 data 10\n"
                           "a\n@rdvc:n1" // 10 bytes that look like a frame
                           "@rdvc:n1 err two  blanks \n"
                           "@rdvc:n1 data 0\n"
                           "@rdvc:n1 data 3\n"
                           "\n\n\n"
                           "@rdvc:n1 end\n"
                           "logout\n";
const std::vector<std::string> told = {"hello|/home/alice", "<a\n@rdvc:n1", "err|two  blanks ",
                                       "<\n\n\n", "end|"};

TEST(FrameReader, FindsItsFramesInNoise) {
    Heard heard("n1");
    heard.reader.feed(stream);
    EXPECT_EQ(heard.all, told);
}

TEST(FrameReader, TakesAStreamCutAnywhere) {
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        Heard heard("n1");
        heard.reader.feed(std::string_view(stream).substr(0, cut));
        heard.reader.feed(std::string_view(stream).substr(cut));
        ASSERT_EQ(heard.all, told) << "cut at byte " << cut;
    }
    Heard heard("n1");
    for (const char c : stream)
        heard.reader.feed(std::string_view(&c, 1));
    EXPECT_EQ(heard.all, told) << "byte by byte";
}

TEST(FrameReader, TellsNothingOfALineThatHasNotEnded) {
    Heard heard("n1");
    heard.reader.feed("@rdvc:n1 submitted 12");
    EXPECT_TRUE(heard.all.empty());
    heard.reader.feed("34 /dir\n");
    EXPECT_EQ(heard.all, Words({"submitted|1234 /dir"}));
}

TEST(FrameReader, TakesAnyBytesAsData) {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte)
        bytes += static_cast<char>(byte);
    Heard heard("n1");
    heard.reader.feed("@rdvc:n1 data 256\n" + bytes + "@rdvc:n1 end\n");
    EXPECT_EQ(heard.all, Words({"<" + bytes, "end|"}));
}

TEST(FrameReader, SurvivesASizeThatIsNone) {
    for (const std::string size : {"", "x", "-1", "99999999999999999999999999"}) {
        Heard heard("n1");
        heard.reader.feed("@rdvc:n1 data " + size + "\n@rdvc:n1 end\n");
        EXPECT_EQ(heard.all, Words({"end|"})) << size;
    }
}

TEST(FrameReader, TakesNoLineThatNoShellCanPrint) {
    Heard heard("n1");
    heard.reader.feed(std::string("@rdvc:n1 dir /a\0b\n@rdvc:n1 end\n", 31));
    EXPECT_EQ(heard.all, Words({"end|"}));
}

TEST(FrameReader, RemembersWhatTheLoginPrinted) {
    Heard heard("n1");
    heard.reader.feed("\n \nWelcome to hpc\r\nquota\n@rdvc:n1 hello /home/alice\nlater\n");
    EXPECT_EQ(heard.reader.noise(), "Welcome to hpc");
    Heard quiet("n1");
    quiet.reader.feed("\n@rdvc:n1 hello /home/alice\nlater\n");
    EXPECT_EQ(quiet.reader.noise(), "");
}

// In noise or in an answer: it must not be kept until the memory is full.
TEST(FrameReader, RefusesALineWithoutAnEnd) {
    const std::string block(1U << 20U, 'x');
    for (const std::string start : {"", "@rdvc:n1 err "}) {
        Heard heard("n1");
        heard.reader.feed(start);
        const auto failure = tests::failure_of([&] {
            for (int i = 0; i < 100; ++i)
                heard.reader.feed(block);
            return 0;
        });
        EXPECT_EQ(failure.code, base::Exit::unknown);
        EXPECT_TRUE(heard.all.empty());
    }
}

} // namespace
} // namespace rdvc::transport
