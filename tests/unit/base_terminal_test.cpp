#include <gtest/gtest.h>

#include "base/terminal.hpp"
#include "base/text.hpp"

namespace rdvc::base {
namespace {

std::string whole(std::string_view text) {
    TerminalFilter filter;
    auto result = filter.feed(text);
    return result + filter.finish();
}

std::string byte_by_byte(std::string_view text) {
    TerminalFilter filter;
    std::string result;
    for (const char c : text)
        result += filter.feed({&c, 1});
    return result + filter.finish();
}

void expect_text(std::string_view text, std::string_view shown) {
    EXPECT_EQ(whole(text), shown);
    EXPECT_EQ(byte_by_byte(text), shown);
}

TEST(TerminalFilter, KeepsWhatLogsUse) {
    for (const std::string_view text :
         {"", "epoch 1\tloss 0.5\r\n", "\u00fcn\u00ef \u2713 \U0001f600", "\x1b[31merror\x1b[0m",
          "\x1b[1;38;5;208mx\x1b[m", "\x1b[38:2::1:2:3mx\x1b[0m",
          "\r 10%|\u2588\u258f   | 1/10 [00:01<00:09]", "\x1b[K\x1b[2K\x1b[A\x1b[3B\x1b[C\x1b[D",
          "\x1b[?25l|\b/\b-\x1b[?25h"})
        expect_text(text, text);
}

TEST(TerminalFilter, ShowsWhatTerminalsWouldObey) {
    expect_text("\x1b]52;c;cm0gLXJmIH4=\x07", "\\x1b]52;c;cm0gLXJmIH4=\\x07"); // the clipboard
    expect_text("\x1b]0;title\x1b\\", "\\x1b]0;title\\x1b\\");
    expect_text("\x1b]8;;https://example.org\x1b\\a", "\\x1b]8;;https://example.org\\x1b\\a");
    expect_text("\x1bP+q544e\x1b\\", "\\x1bP+q544e\\x1b\\"); // a DCS asks for an answer
    expect_text("\x1b[2J\x1b[H\x1b[3;4H", "\\x1b[2J\\x1b[H\\x1b[3;4H");
    expect_text("\x1b[?2004h\x1b[?1049h\x1b[?25;2004h", // bracketed paste, the other screen
                "\\x1b[?2004h\\x1b[?1049h\\x1b[?25;2004h");
    expect_text("\x1b[6n\x1b[c\x1b[>0q\x1b[21t", "\\x1b[6n\\x1b[c\\x1b[>0q\\x1b[21t"); // questions
    expect_text("\x1b[>4;1m\x1b[?4m", "\\x1b[>4;1m\\x1b[?4m"); // keys, not colours
    expect_text("\x1b"
                "c\x1b(0\x1b\x1b[m",
                "\\x1b"
                "c\\x1b(0\\x1b\x1b[m");
    expect_text(std::string_view("a\0b\a\v\f\x0e\x7f", 8), "a\\x00b\\x07\\x0b\\x0c\\x0e\\x7f");
}

TEST(TerminalFilter, ShowsControlsOfMoreBytesAndWhatIsNoText) {
    expect_text("\u009b2J\u0085\u009d0;t\u009c", // C1 as UTF-8
                "\\xc2\\x9b2J\\xc2\\x85\\xc2\\x9d0;t\\xc2\\x9c");
    expect_text("\x9b"
                "2J\xff\xc0\x80",
                "\\x9b2J\\xff\\xc0\\x80");
    expect_text("a\u202eb\u202a\u2066c\u2069", // the direction of writing
                "a\\xe2\\x80\\xaeb\\xe2\\x80\\xaa\\xe2\\x81\\xa6c\\xe2\\x81\\xa9");
    expect_text("\xe2\x88"
                "a\xf0\x9f\x98",
                "\\xe2\\x88"
                "a\\xf0\\x9f\\x98");
}

TEST(TerminalFilter, HoldsBackLittleAndEndsWhatTheTextDidNot) {
    const std::string endless = "\x1b[" + std::string(100, '1') + "m";
    expect_text(endless, "\\x1b" + endless.substr(1));
    TerminalFilter filter;
    EXPECT_EQ(filter.feed("a\x1b[3"), "a");
    EXPECT_EQ(filter.feed("1mb\xc3"), "\x1b[31mb");
    EXPECT_EQ(filter.feed("\xbc\x1b"), "\u00fc");
    EXPECT_EQ(filter.finish(), "\\x1b\x1b[0m");
    EXPECT_EQ(filter.finish(), "");
    expect_text("\x1b[?25l", "\x1b[?25l\x1b[?25h");
    expect_text("\x1b[31;1", "\\x1b[31;1");
}

// A text that a terminal would write from right to left may be read as another.
TEST(Printable, ShowsWhatTurnsTheDirectionOfWriting) {
    EXPECT_EQ(printable("a\u202eb\u2067\u202f\u2065"),
              "a\\xe2\\x80\\xaeb\\xe2\\x81\\xa7\u202f\u2065");
}

TEST(ParseTime, TakesNothingThatIsNoTime) {
    EXPECT_EQ(parse_time("1710158400.25"), 1710158400.25);
    for (const auto* text : {"", "x", "-5", "nan", "inf", "1e300", "99999999999999999999"})
        EXPECT_EQ(parse_time(text), 0) << text;
}

} // namespace
} // namespace rdvc::base
