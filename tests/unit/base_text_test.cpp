#include "base/text.hpp"

#include <gtest/gtest.h>

namespace rdvc::base {
namespace {

using Texts = std::vector<std::string>;

TEST(Split, GivesOnePartMoreThanThereAreSeparators) {
    EXPECT_EQ(split("", '|'), Texts({""}));
    EXPECT_EQ(split("a", '|'), Texts({"a"}));
    EXPECT_EQ(split("|", '|'), Texts({"", ""}));
    EXPECT_EQ(split("a||b|", '|'), Texts({"a", "", "b", ""}));
    EXPECT_EQ(split(std::string_view("a\0b", 3), '\0'), Texts({"a", "b"}));
}

TEST(Lines, DropLineEndsOfBothKinds) {
    EXPECT_EQ(lines(""), Texts{});
    EXPECT_EQ(lines("\n"), Texts({""}));
    EXPECT_EQ(lines("a"), Texts({"a"}));
    EXPECT_EQ(lines("a\n"), Texts({"a"}));
    EXPECT_EQ(lines("a\n\n"), Texts({"a", ""}));
    EXPECT_EQ(lines("a\r\nb\rc\r\n"), Texts({"a", "b\rc"}));
    EXPECT_EQ(lines("\r\n\n"), Texts({"", ""}));
}

TEST(Words, AreSeparatedByAnyNumberOfBlanks) {
    EXPECT_EQ(words(""), Texts{});
    EXPECT_EQ(words(" \t\n"), Texts{});
    EXPECT_EQ(words("  a\tb \n c"), Texts({"a", "b", "c"}));
}

TEST(Join, PutsTheSeparatorBetween) {
    EXPECT_EQ(join({}, ", "), "");
    EXPECT_EQ(join({"a"}, ", "), "a");
    EXPECT_EQ(join({"a", "", "b"}, ", "), "a, , b");
}

TEST(Trim, TakesBlanksFromBothEnds) {
    EXPECT_EQ(trim(""), "");
    EXPECT_EQ(trim(" \t\r\n"), "");
    EXPECT_EQ(trim("\r\n a b\t"), "a b");
}

TEST(Printable, ShowsControlCharactersAsHex) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", ""},
        {"plain text", "plain text"},
        {"a\tb", "a\tb"},
        {"\033[31mred\033[0m", "\\x1b[31mred\\x1b[0m"},
        {"\033]0;title\007", "\\x1b]0;title\\x07"},
        {std::string("a\0b", 3), "a\\x00b"},
        {"a\r\nb", "a\\x0d\\x0ab"},
        {"\x7f", "\\x7f"},
        {"Molek\xc3\xbcl \xe2\x9c\x93", "Molek\xc3\xbcl \xe2\x9c\x93"},
    };
    for (const auto& [text, shown] : cases)
        EXPECT_EQ(printable(text), shown);
}

// U+0080 to U+009F are control characters too: U+009B is what `ESC [` is.
TEST(Printable, ShowsC1ControlCharactersAsHex) {
    EXPECT_EQ(printable("a\xc2\x9b"
                        "31m"),
              "a\\xc2\\x9b31m");
    EXPECT_EQ(printable("\xc2\x80\xc2\x9f"), "\\xc2\\x80\\xc2\\x9f");
    EXPECT_EQ(printable("\xc2\xa0"), "\xc2\xa0") << "a no-break space is not a control character";
}

// A lone byte 0x9B is the same to a terminal that does not speak UTF-8.
TEST(Printable, ShowsBytesThatAreNoUtf8AsHex) {
    EXPECT_EQ(printable("a\x9b"
                        "2J"),
              "a\\x9b2J");
    EXPECT_EQ(printable("\xff\xfe"), "\\xff\\xfe");
    EXPECT_EQ(printable("caf\xe9!"), "caf\\xe9!");
}

TEST(DidYouMean, FindsTheNearestWithinTwoEdits) {
    const Texts options = {"time", "time-min", "partition", "nodes", "mem", "-f"};
    const std::vector<std::pair<std::string, std::optional<std::string>>> cases = {
        {"tiem", "time"},            // neighbours swapped
        {"tme", "time"},             // one missing
        {"timee", "time"},           // one too many
        {"partitoin", "partition"},  // swapped
        {"partytoin", "partition"},  // two edits of a long word
        {"partytoim", std::nullopt}, // three
        {"mem", "mem"},              // the word itself
        {"nem", "mem"},              // one edit of a short word
        {"net", std::nullopt},       // two edits of a short word
        {"", std::nullopt},
        {"xyz", std::nullopt},
    };
    for (const auto& [word, expected] : cases)
        EXPECT_EQ(did_you_mean(word, options), expected) << word;
    EXPECT_EQ(did_you_mean("time", {}), std::nullopt);
}

TEST(DidYouMean, TakesTheFirstOfTwoThatAreEquallyNear) {
    EXPECT_EQ(did_you_mean("gpu", {"cpu", "gpus"}), "cpu");
}

TEST(Suggestion, IsTheEndOfASentence) {
    EXPECT_EQ(suggestion("tiem", {"time"}), ", did you mean `time`?");
    EXPECT_EQ(suggestion("elephant", {"time"}), "");
}

TEST(IsUtf8, KnowsWellFormedSequences) {
    const Texts good = {
        "",
        "a",
        "\x7f",
        "\xc2\x80",
        "\xdf\xbf",
        "\xe0\xa0\x80",
        "\xed\x9f\xbf",
        "\xee\x80\x80",
        "\xef\xbf\xbf",
        "\xf0\x90\x80\x80",
        "\xf4\x8f\xbf\xbf",
        "a\xc3\xa9z",
        std::string("\0", 1),
    };
    for (const auto& text : good)
        EXPECT_TRUE(is_utf8(text)) << printable(text);
    const Texts bad = {
        "\x80",             // a continuation byte alone
        "\xc0\xaf",         // overlong `/`
        "\xc1\xbf",         // overlong
        "\xe0\x9f\xbf",     // overlong
        "\xf0\x8f\xbf\xbf", // overlong
        "\xed\xa0\x80",     // half of a surrogate pair
        "\xf4\x90\x80\x80", // above U+10FFFF
        "\xf5\x80\x80\x80", // no lead byte
        "\xff",             // no lead byte
        "\xc3",             // cut off
        "\xe2\x82",         // cut off
        "\xf0\x9f\x98",     // cut off
        "\xc3(",            // no continuation
        "\xe2\x28\xa1",     // no continuation
        "abc\xe9",          // Latin-1
    };
    for (const auto& text : bad)
        EXPECT_FALSE(is_utf8(text)) << testing::PrintToString(text);
}

TEST(FileName, IsOneSafePartOfAPath) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"rdvc-demo-project", "rdvc-demo-project"},
        {"My_Project.v2", "My_Project.v2"},
        {"", "p"},
        {".", "p."},
        {"..", "p.."},
        {"../../etc", "p..-..-etc"},
        {"-rf", "p-rf"},
        {"a b/c\nd", "a-b-c-d"},
        {"Molek\xc3\xbcl", "Molek--l"},
        {"$(x)`y`", "p--x--y-"},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(file_name(text), expected) << text;
}

// Values of the reference implementation, FNV-1a with 32 bits.
TEST(ShortHash, IsFnv1a) {
    EXPECT_EQ(short_hash(""), "811c9dc5");
    EXPECT_EQ(short_hash("a"), "e40c292c");
    EXPECT_EQ(short_hash("foobar"), "bf9cf968");
    EXPECT_EQ(short_hash("\xff"), short_hash(std::string(1, static_cast<char>(0xff))));
}

TEST(Count, KnowsThePlural) {
    EXPECT_EQ(count(0, "file"), "0 files");
    EXPECT_EQ(count(1, "file"), "1 file");
    EXPECT_EQ(count(2, "Git object"), "2 Git objects");
}

TEST(Bytes, HaveTwoDigitsOrMore) {
    const std::vector<std::pair<std::uint64_t, std::string>> cases = {
        {0, "0 B"},
        {1, "1 B"},
        {999, "999 B"},
        {1000, "1.0 KB"},
        {1234, "1.2 KB"},
        {12'345, "12 KB"},
        {999'400, "999 KB"},
        {3'400'000, "3.4 MB"},
        {56'000'000'000, "56 GB"},
        {7'000'000'000'000, "7.0 TB"},
        {8'000'000'000'000'000, "8000 TB"},
    };
    for (const auto& [n, expected] : cases)
        EXPECT_EQ(bytes(n), expected) << n;
}

TEST(Bytes, RoundIntoTheNextUnit) {
    EXPECT_EQ(bytes(999'999), "1.0 MB");
    EXPECT_EQ(bytes(9'990), "10 KB");
}

TEST(ParseBytes, KnowsPowersOf1024) {
    const std::vector<std::pair<std::string, std::optional<std::uint64_t>>> cases = {
        {"0", 0},
        {"500", 500},
        {"1K", 1000},
        {"20M", 20'000'000},
        {"1G", 1'000'000'000},
        {"2T", 2'000'000'000'000},
        {"007K", 7000},
        {"999999T", 999'999'000'000'000'000},
        {"999999999999999999", 999'999'999'999'999'999},
        {"1000000T", std::nullopt}, // might not fit
        {"1000000000000000000", std::nullopt},
        {"", std::nullopt},
        {"K", std::nullopt},
        {"1k", std::nullopt},
        {"1KB", std::nullopt},
        {"1 K", std::nullopt},
        {" 1", std::nullopt},
        {"-1", std::nullopt},
        {"+1", std::nullopt},
        {"1.5G", std::nullopt},
        {"1P", std::nullopt},
        {"0x10", std::nullopt},
        {"many", std::nullopt},
        {"1\n", std::nullopt},
    };
    for (const auto& [text, bytes] : cases)
        EXPECT_EQ(parse_bytes(text), bytes) << text;
}

TEST(Age, IsTheLargestUnitThatSaysEnough) {
    const std::vector<std::pair<std::int64_t, std::string>> cases = {
        {0, "0 s"},    {119, "119 s"},    {120, "2 min"},   {7199, "119 min"},
        {7200, "2 h"}, {172'799, "47 h"}, {172'800, "2 d"}, {1'000'000, "11 d"},
    };
    for (const auto& [seconds, expected] : cases)
        EXPECT_EQ(age(seconds), expected) << seconds;
}

TEST(KeyAndValue, AreParted) {
    using Pair = std::pair<std::string, std::string>;
    EXPECT_EQ(key_and_value("name first try"), Pair("name", "first try"));
    EXPECT_EQ(key_and_value("name"), Pair("name", ""));
    EXPECT_EQ(key_and_value("name "), Pair("name", ""));
    EXPECT_EQ(key_and_value(""), Pair("", ""));
}

TEST(ParseAge, TakesHoursDaysAndWeeks) {
    EXPECT_EQ(parse_age("12h"), 43200);
    EXPECT_EQ(parse_age("7d"), 604800);
    EXPECT_EQ(parse_age("2w"), 1209600);
    EXPECT_EQ(parse_age("0d"), 0);
    for (const auto* none : {"", "d", "7", "-1d", "1.5d", "1 d", "7days", "999999d", "7D", "7m"})
        EXPECT_EQ(parse_age(none), std::nullopt) << none;
}

} // namespace
} // namespace rdvc::base
