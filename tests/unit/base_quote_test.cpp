#include "base/quote.hpp"

#include <gtest/gtest.h>

namespace rdvc::base {
namespace {

TEST(Quote, LeavesPlainWordsAlone) {
    for (const std::string word : {"train", "-S", "--set-param", "lr=0.1", "a/b.c",
                                   "user@host:path", "50%", "a,b", "x+y", "_"})
        EXPECT_EQ(quote(word), word);
}

TEST(Quote, PutsTheRestInSingleQuotes) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", "''"},
        {" ", "' '"},
        {"a b", "'a b'"},
        {"it's", "'it'\\''s'"},
        {"'", "''\\'''"},
        {"$HOME", "'$HOME'"},
        {"$(rm -rf /)", "'$(rm -rf /)'"},
        {"`id`", "'`id`'"},
        {"a\\b", "'a\\b'"},
        {"\"", "'\"'"},
        {"*", "'*'"},
        {"~", "'~'"},
        {"~alice", "'~alice'"},
        {"{a,b}", "'{a,b}'"},
        {"!x", "'!x'"},
        {"a;b&c|d", "'a;b&c|d'"},
        {"#no comment", "'#no comment'"},
        {"Molek\xc3\xbcl", "'Molek\xc3\xbcl'"},
    };
    for (const auto& [word, expected] : cases)
        EXPECT_EQ(quote(word), expected);
}

TEST(Quote, WritesControlCharactersAndForeignBytesAsEscapes) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"a\nb", "$'a\\nb'"},
        {"\t", "$'\\t'"},
        {"a\r", "$'a\\r'"},
        {"\033[0m", "$'\\033[0m'"},
        {"\x01"
         "1",
         "$'\\0011'"},
        {"\x7f", "$'\\177'"},
        {"it's\n", "$'it\\'s\\n'"},
        {"a\\\n", "$'a\\\\\\n'"},
        {"$x\n", "$'$x\\n'"},
        {"\xff", "$'\\377'"},
        {"caf\xe9", "$'caf\\351'"},
        {"\xc3\xbc\n", "$'\xc3\xbc\\n'"},
        {"\xc3\xbc\xff", "$'\\303\\274\\377'"},
    };
    for (const auto& [word, expected] : cases)
        EXPECT_EQ(quote(word), expected);
}

TEST(Quote, MakesOneLineOfAnything) {
    for (int byte = 1; byte < 256; ++byte) {
        const auto quoted = quote(std::string("a") + static_cast<char>(byte) + "b");
        EXPECT_EQ(quoted.find_first_of("\n\r"), std::string::npos) << byte;
    }
}

TEST(QuoteAll, PutsBlanksBetween) {
    EXPECT_EQ(quote_all({}), "");
    EXPECT_EQ(quote_all({"a"}), "a");
    EXPECT_EQ(quote_all({"-S", "x=a b", ""}), "-S 'x=a b' ''");
}

// The two bytes would be a letter if nothing were between them. rsync(1): "You may use single- and
// double-quotes; quote characters can be doubled".
TEST(QuoteAllForRsync, FollowsRsyncsOwnRules) {
    EXPECT_EQ(
        quote_all_for_rsync({"ssh", "-o", "ControlPath=/run/%C", "a b", "it's", "\"", "", "\\"}),
        "ssh -o ControlPath=/run/%C 'a b' 'it''s' '\"' '' \\");
}

TEST(Quote, TakesNoBytesForALetterThatAreApart) {
    EXPECT_EQ(quote("\xc3\x01\x93"), "$'\\303\\001\\223'");
}

} // namespace
} // namespace rdvc::base
