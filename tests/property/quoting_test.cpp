// Real shells read the program's quoted words back byte for byte.

#include <algorithm>
#include <regex>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/quote.hpp"
#include "base/text.hpp"
#include "slurm/options.hpp"
#include "support/hostile.hpp"

namespace rdvc {
namespace {

using tests::hostile_text;
using tests::hostile_words;
using tests::Words;

// A function that prints each of its calls: the number of arguments, then the arguments.
const std::string teller =
    "tell() { printf '%d\\0' \"$#\"; (($# == 0)) || printf '%s\\0' \"$@\"; }\n";

std::vector<Words> told(const std::string& output) {
    std::vector<Words> lists;
    const auto parts = base::split(output, '\0');
    for (std::size_t at = 0; at + 1 < parts.size();) {
        const auto n = std::stoul(parts[at]);
        Words list;
        for (std::size_t i = 1; i <= n; ++i)
            list.push_back(parts.at(at + i));
        lists.push_back(list);
        at += n + 1;
    }
    return lists;
}

enum class How { argument, input };

std::vector<Words> read_by(How how, const std::string& locale, const std::vector<Words>& lists) {
    std::string program = teller;
    for (const auto& list : lists)
        program += "tell " + base::quote_all(list) + "\n";
    base::Command command{.argv = {"bash"}};
    command.environment = {{"LC_ALL", locale}};
    if (how == How::argument)
        command.argv.insert(command.argv.end(), {"-c", program});
    else
        command.input = {program};
    base::ProcessRunner runner;
    const auto result = runner.run(command);
    RC_ASSERT(result.status == 0);
    RC_ASSERT(result.err == "");
    return told(result.out);
}

// rapidcheck tries 100 times, with 20 lists each. They are not made smaller after a failure: a
// shell would be started for each step, and the list that differs is shown.
void expect_survival(How how, const std::string& locale) {
    const auto lists =
        *rc::gen::noShrink(rc::gen::container<std::vector<Words>>(20, hostile_words()));
    const auto read = read_by(how, locale, lists);
    RC_ASSERT(read.size() == lists.size());
    for (std::size_t i = 0; i < lists.size(); ++i)
        if (read[i] != lists[i])
            RC_FAIL("was " + tests::shown(lists[i]) + ", became " + tests::shown(read[i]));
}

RC_GTEST_PROP(Quoting, SurvivesBashAsAnArgument, ()) {
    expect_survival(How::argument, "C.UTF-8");
}

RC_GTEST_PROP(Quoting, SurvivesBashOnItsInput, ()) {
    expect_survival(How::input, "C.UTF-8");
}

// Compute nodes often have no locale set.
RC_GTEST_PROP(Quoting, SurvivesBashInTheCLocale, ()) {
    expect_survival(How::input, "C");
}

// git hands GIT_SSH_COMMAND to sh; its words are text without control characters.
RC_GTEST_PROP(Quoting, OfCleanTextSurvivesAnyPosixShell, ()) {
    const auto clean = rc::gen::suchThat(hostile_text(), [](const std::string& text) {
        return base::quote(text).substr(0, 2) != "$'";
    });
    const auto words = *rc::gen::noShrink(
        rc::gen::scale(0.1, rc::gen::nonEmpty(rc::gen::container<Words>(clean))));
    base::ProcessRunner runner;
    const auto result =
        runner.run({.argv = {"sh", "-c", "printf '%s\\0' " + base::quote_all(words)}});
    std::string expected;
    for (const auto& word : words)
        expected += word + '\0';
    RC_ASSERT(result.out == expected);
}

RC_GTEST_PROP(Quoting, MakesOneLineOfCleanText, ()) {
    const auto line = base::quote_all(*hostile_words());
    RC_ASSERT(base::is_utf8(line));
    for (const char c : line)
        RC_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    RC_ASSERT(base::printable(line) == line);
}

RC_GTEST_PROP(Quoting, TellsDifferentListsApart, (const std::vector<std::string>& unused)) {
    static_cast<void>(unused);
    const auto one = *hostile_words();
    const auto two = *hostile_words();
    RC_ASSERT((base::quote_all(one) == base::quote_all(two)) == (one == two));
}

// --- sbatch's header ---

// As sbatch reads a header line (get_argument in its opt.c): words are split at blanks, double
// quotes group, a backslash escapes the next character inside of them, `#` ends the line outside.
Words read_as_sbatch(const std::string& line) {
    Words words;
    std::string word;
    bool inside = false;
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quoted) {
            if (c == '\\' && i + 1 < line.size())
                word += line[++i];
            else if (c == '"')
                quoted = false;
            else
                word += c;
        } else if (c == '"') {
            quoted = inside = true;
        } else if (c == ' ' || c == '\t') {
            if (inside)
                words.push_back(word);
            word.clear();
            inside = false;
        } else if (c == '#') {
            break;
        } else {
            word += c;
            inside = true;
        }
    }
    if (inside)
        words.push_back(word);
    return words;
}

bool has_control(const std::string& text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

RC_GTEST_PROP(HeaderLine, GivesTheValueBackOrRefusesIt, ()) {
    const auto value = *hostile_text();
    try {
        const auto line = slurm::header_line("comment", value);
        RC_ASSERT(!has_control(value));
        RC_ASSERT(line.starts_with("#SBATCH --comment="));
        RC_ASSERT(read_as_sbatch(line.substr(8)) == Words{"--comment=" + value});
    } catch (const base::Error& error) {
        RC_ASSERT(has_control(value));
        RC_ASSERT(error.code() == base::Exit::usage);
    }
}

// Only these characters are outside of quotes, whatever the value is.
RC_GTEST_PROP(HeaderLine, LeavesOnlyPlainCharactersUnquoted, ()) {
    auto value = *hostile_text();
    std::erase_if(value, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    const auto line = slurm::header_line("comment", value);
    static const std::regex form(
        "#SBATCH --comment=([A-Za-z0-9_./:,@%+=\\[\\]*-]+|\"([^\"\\\\]|\\\\[\"\\\\])*\")");
    RC_ASSERT(std::regex_match(line, form));
}

} // namespace
} // namespace rdvc
