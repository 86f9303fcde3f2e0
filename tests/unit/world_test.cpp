#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <regex>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <pty.h>
#include <pwd.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "cli/options.hpp"
#include "support/expect_error.hpp"
#include "support/fake_runner.hpp"
#include "support/world.hpp"
#include "world/console.hpp"
#include "world/world.hpp"

namespace rdvc::world {
namespace {

using base::Exit;
using Words = std::vector<std::string>;

// --- Console ---

struct Printed {
    std::string out;
    std::string err;
};

template <typename Function>
Printed printed(Function&& function) {
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    function();
    auto out = ::testing::internal::GetCapturedStdout();
    return {out, ::testing::internal::GetCapturedStderr()};
}

TEST(Console, PrintsDataOnStandardOutputAndTheRestOnStandardError) {
    const auto all = printed([] {
        Console console(false, false, false);
        console.data("data\n");
        console.note("note");
        console.warn("warn");
        console.trace("trace");
        console.error("error: x\n");
    });
    EXPECT_EQ(all.out, "data\n");
    EXPECT_EQ(all.err, "note\nwarning: warn\nerror: x\n");
}

// Standard output is this while it lives.
class OutputTo {
  public:
    explicit OutputTo(int fd) : before_(::dup(1)) { ::dup2(fd, 1); }
    ~OutputTo() {
        ::dup2(before_, 1);
        ::close(before_);
    }
    OutputTo(const OutputTo&) = delete;
    OutputTo& operator=(const OutputTo&) = delete;
    OutputTo(OutputTo&&) = delete;
    OutputTo& operator=(OutputTo&&) = delete;

  private:
    int before_;
};

// ssh does that to a stream that it shares with us.
TEST(Console, WritesAllToANonBlockingStream) {
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    ::fcntl(pipe[1], F_SETFL, O_NONBLOCK);
    const std::string much(1'000'000, 'x');
    std::size_t arrived = 0;
    std::thread reader([&] {
        std::array<char, 4096> buffer{};
        for (ssize_t n = 0; (n = ::read(pipe[0], buffer.data(), buffer.size())) > 0;)
            arrived += static_cast<std::size_t>(n);
    });
    {
        const OutputTo output(pipe[1]);
        ::close(pipe[1]);
        Console::standard_output(much);
    }
    reader.join();
    ::close(pipe[0]);
    EXPECT_EQ(arrived, much.size());
}

TEST(Console, SaysIfItCannotWrite) {
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    if (full < 0)
        GTEST_SKIP() << "there is no /dev/full";
    const OutputTo output(full);
    ::close(full);
    EXPECT_FAILURE(Console::standard_output("x"), Exit::failed,
                   "error: cannot write: No space left on device\n");
    const Console on_terminal(true, false, false); // at its end it says what is left
    on_terminal.data("");
}

TEST(Console, ObeysItsVerbosity) {
    const auto say = [](Verbosity verbosity) {
        return printed([&] {
                   Console console(false, false, false);
                   console.verbosity = verbosity;
                   console.note("note");
                   console.warn("warn");
                   console.trace("trace");
                   console.error("error: x\n");
               })
            .err;
    };
    EXPECT_EQ(say(Verbosity::quiet), "error: x\n");
    EXPECT_EQ(say(Verbosity::verbose), "note\nwarning: warn\ntrace\nerror: x\n");
}

TEST(Console, HasColorsOnATerminalOnly) {
    EXPECT_EQ(Console(true, true, false).bold("x"), "\033[1mx\033[0m");
    EXPECT_EQ(Console(true, true, true).bold("x"), "x");
    EXPECT_EQ(Console(false, true, false).bold("x"), "x");
    EXPECT_EQ(printed([] { Console(false, true, false).error("error: x\n"); }).err,
              "\033[31merror:\033[0m x\n");
    EXPECT_EQ(printed([] { Console(true, false, false).error("error: x\n"); }).err, "error: x\n");
    EXPECT_EQ(printed([] { Console(false, true, true).warn("x"); }).err, "warning: x\n");
}

TEST(Console, KeepsProgressBelowWhatIsSaid) {
    EXPECT_EQ(printed([] {
                  const Console console(false, true, true);
                  console.progress("1 of 2");
                  console.note("one");
                  console.warn("two");
                  console.progress("");
                  console.note("three");
              }).err,
              "\r\033[K1 of 2\r\033[Kone\n1 of 2\r\033[Kwarning: two\n1 of 2\r\033[Kthree\n");
    EXPECT_EQ(printed([] {
                  const Console console(false, true, true);
                  console.progress("1 of 2");
                  console.error("error: x\n");
              }).err,
              "\r\033[K1 of 2\r\033[Kerror: x\n");
}

// As threads that transfer files do, while another one traces what it runs.
TEST(Console, TakesProgressFromAnotherThread) {
    constexpr std::size_t lines = 2000;
    std::string shown; // only the console keeps two threads from writing it at once
    std::size_t notes = 0;
    {
        const Console console(
            false, true, true, [](std::string_view) {},
            [&](std::string_view text) { shown += text; });
        std::thread worker([&] {
            for (std::size_t i = 0; i < lines; ++i)
                console.progress("a progress line that is longer than a short string: " +
                                 std::to_string(i));
        });
        for (std::size_t i = 0; i < lines; ++i)
            console.note("said");
        worker.join();
    }
    for (auto at = shown.find("said\n"); at != std::string::npos; at = shown.find("said\n", at + 1))
        ++notes;
    EXPECT_EQ(notes, lines);
    EXPECT_NE(shown.find(": 1999"), std::string::npos);
}

TEST(Console, NotifiesOnATerminalOnly) {
    EXPECT_EQ(printed([] { Console(false, true, false).notify("x\ay"); }).err,
              "\033]9;x\\x07y\a\a");
    EXPECT_EQ(printed([] { Console(true, false, false).notify("x"); }).err, "");
}

TEST(Console, HandsNoControlCharactersToTheTerminal) {
    const auto all = printed([] {
        Console console(true, true, true);
        console.verbosity = Verbosity::verbose;
        console.note("\033]0;x\007");
        console.warn("a\nb");
        console.trace("\r");
    });
    EXPECT_EQ(all.err, "\\x1b]0;x\\x07\nwarning: a\\x0ab\n\\x0d\n");
}

// --- Options ---

struct Given {
    bool go_on = false;
    bool flag = false;
    std::string text = "default";
    unsigned number = 7;
    std::string word;
    Words words;
    bool text_given = false;
};

enum class Positionals { one, many };

Given parse(const Words& arguments, Positionals positionals = Positionals::one) {
    Given given;
    cli::Options options("try", "Tries.");
    options.flag("-f,--follow", given.flag, "a flag")
        .text("-t,--text", given.text, "a text", "TEXT")
        .number("-n,--limit", given.number, "a number");
    if (positionals == Positionals::one)
        options.word("WORD", given.word, "a word");
    else
        options.words("WORDS", given.words, "words");
    Console console(false, false, false);
    given.go_on = options.parse(arguments, console);
    given.text_given = options.given("--text");
    return given;
}

// A console's output for `texts`, one after the other.
std::string given_out(bool to_terminal, const std::vector<std::string>& texts) {
    std::string out;
    {
        const Console console(to_terminal, false, true,
                              [&](std::string_view text) { out += text; });
        for (const auto& text : texts)
            console.data(text);
    }
    return out;
}

TEST(Console, HandsDataToATerminalWithoutWhatItWouldObey) {
    EXPECT_EQ(given_out(true, {"\x1b[32mepoch 1\x1b[0m \x1b]52;c;", "eA==\x07\n"}),
              "\x1b[32mepoch 1\x1b[0m \\x1b]52;c;eA==\\x07\n");
    EXPECT_EQ(given_out(true, {"cut \xc3"}).substr(0, 4), "cut ")
        << "what is kept comes in the end";
}

// For a dashboard, for example: nothing reaches this program's own streams, and two consoles do not
// disturb each other.
TEST(Console, GivesItsTextToWhoeverMadeIt) {
    std::string one;
    std::string other;
    std::string errors;
    const auto all = printed([&] {
        const Console first(
            true, true, true, [&](std::string_view text) { one += text; },
            [&](std::string_view text) { errors += text; });
        const Console second(false, false, true, [&](std::string_view text) { other += text; });
        first.data("\x1b[3");
        second.data("plain\n");
        first.data("2mgreen\x1b[0m\n");
        first.warn("w");
    });
    EXPECT_EQ(one, "\x1b[32mgreen\x1b[0m\n");
    EXPECT_EQ(other, "plain\n");
    EXPECT_EQ(errors, "warning: w\n");
    EXPECT_EQ(all.out + all.err, "");
}

TEST(Console, HandsDataToAFileByteForByte) {
    const std::string text("\x1b]52;c;eA==\x07\0\xff\u202e\n", 19);
    EXPECT_EQ(given_out(false, {text}), text);
}

TEST(CommandOptions, KeepDefaultsWithoutArguments) {
    const auto given = parse({});
    EXPECT_TRUE(given.go_on);
    EXPECT_FALSE(given.flag);
    EXPECT_EQ(given.text, "default");
    EXPECT_EQ(given.number, 7U);
    EXPECT_EQ(given.word, "");
    EXPECT_FALSE(given.text_given);
}

TEST(CommandOptions, TakeAllForms) {
    for (const Words& arguments :
         {Words{"--follow", "--text", "x", "--limit", "3", "w"},
          Words{"w", "-f", "--text=x", "--limit=3"}, Words{"-f", "-t", "x", "w", "-n3"},
          Words{"-n", "3", "-ft", "x", "--", "w"}}) {
        const auto given = parse(arguments);
        EXPECT_TRUE(given.go_on && given.flag && given.text_given) << base::join(arguments, " ");
        EXPECT_EQ(given.text, "x") << base::join(arguments, " ");
        EXPECT_EQ(given.number, 3U) << base::join(arguments, " ");
        EXPECT_EQ(given.word, "w") << base::join(arguments, " ");
    }
    EXPECT_EQ(parse({"a", "-f", "b", "c"}, Positionals::many).words, Words({"a", "b", "c"}));
}

// `--wckey ""` is how a user says that the site has none.
TEST(CommandOptions, TakeAnEmptyText) {
    for (const Words& arguments : {Words{"--text", ""}, Words{"--text="}}) {
        SCOPED_TRACE(base::join(arguments, " "));
        Given given;
        EXPECT_NO_THROW(given = parse(arguments));
        EXPECT_EQ(given.text, "");
        EXPECT_TRUE(given.text_given);
    }
}

TEST(CommandOptions, KeepTextsAsTheyAre) {
    for (const std::string text :
         {"a b", "'q'", "\"q\"", "$x", "[a,b]", "{}", "a,b", "=", "\xc3\xbc", "%1", "\\", "a\nb"}) {
        EXPECT_EQ(parse({"--text", text}).text, text);
        EXPECT_EQ(parse({"--text=" + text}).text, text);
        EXPECT_EQ(parse({text}).word, text);
    }
}

TEST(CommandOptions, RefuseWithTheReason) {
    EXPECT_FAILURE(parse({"--folow"}), Exit::usage,
                   "error: `rdvc try` has no option `--folow`, did you mean `--follow`?\n");
    EXPECT_FAILURE(parse({"--elephant=1"}), Exit::usage,
                   "error: `rdvc try` has no option `--elephant=1`\n");
    EXPECT_FAILURE(parse({"-x"}), Exit::usage, "error: `rdvc try` has no option `-x`\n");
    EXPECT_FAILURE(parse({"a", "b"}), Exit::usage, "error: `rdvc try` does not take `b`\n");
    const auto missing = tests::failure_of([] { return parse({"--text"}); });
    EXPECT_TRUE(missing.message.starts_with("error: rdvc try: --text: ")) << missing.message;
    EXPECT_TRUE(missing.message.ends_with("\n\nhint: rdvc try --help\n")) << missing.message;
    for (const std::string number : {"x", "-1", "1.5", "99999999999999999999", ""})
        EXPECT_EQ(tests::failure_of([&] { return parse({"--limit=" + number}); }).code, Exit::usage)
            << number;
    EXPECT_EQ(tests::failure_of([] { return parse({"--foll"}); }).code, Exit::usage)
        << "no abbreviations";
}

TEST(CommandOptions, PrintHelpAndStop) {
    Given given;
    const auto all = printed([&] { given = parse({"--help"}); });
    EXPECT_FALSE(given.go_on);
    EXPECT_TRUE(all.out.starts_with("usage: rdvc try [OPTIONS] [WORD]\n\nTries.\n")) << all.out;
    EXPECT_EQ(all.err, "");
}

// --- World ---

TEST(World, KeepsToTheFoldersThatTheUserNamed) {
    tests::FakeRunner runner;
    Console console(false, false, true);
    std::map<std::string, std::string> variables = {{"HOME", "/home/alice"}};
    const World world{
        runner, console, "/", [&](const std::string& name) -> std::optional<std::string> {
            return variables.contains(name) ? std::optional(variables[name]) : std::nullopt;
        }};
    EXPECT_EQ(world.user_config(), "/home/alice/.config/rdvc/config.toml");
    EXPECT_EQ(world.state_folder(), "/home/alice/.local/state/rdvc");
    EXPECT_TRUE(world.socket_folder().string().starts_with("/tmp/rdvc-ssh-"));
    EXPECT_EQ(world.variable("NO_SUCH"), "");
    // Never in the current folder: that may be somebody else's repository.
    const auto* account = ::getpwuid(::getuid());
    ASSERT_NE(account, nullptr);
    const std::filesystem::path home = account->pw_dir;
    ASSERT_TRUE(home.is_absolute());
    for (const auto* relative : {"", "home", "./home"}) {
        variables["HOME"] = relative;
        EXPECT_EQ(world.user_config(), home / ".config" / "rdvc" / "config.toml") << relative;
        EXPECT_EQ(world.state_folder(), home / ".local" / "state" / "rdvc") << relative;
    }
    variables.erase("HOME");
    EXPECT_EQ(world.state_folder(), home / ".local" / "state" / "rdvc");
    variables["HOME"] = "/home/alice";
    variables["XDG_CONFIG_HOME"] = "config";
    variables["XDG_STATE_HOME"] = "./state";
    EXPECT_EQ(world.user_config(), "/home/alice/.config/rdvc/config.toml");
    EXPECT_EQ(world.state_folder(), "/home/alice/.local/state/rdvc");
    variables["XDG_CONFIG_HOME"] = "/c";
    variables["XDG_STATE_HOME"] = "/s";
    variables["XDG_RUNTIME_DIR"] = "/run/user/1000";
    EXPECT_EQ(world.user_config(), "/c/rdvc/config.toml");
    EXPECT_EQ(world.state_folder(), "/s/rdvc");
    EXPECT_EQ(world.socket_folder(), "/run/user/1000/rdvc");
    const std::vector<std::string> no_place_for_a_socket = {
        "/" + std::string(60, 'r'), // too long for its path
        "/run/a b",
        "/run/%h",
        "/run/it's",
        "/run/\"q\"",
        "/run/${HOME}",
        "/run/\xc3\xa4",
        "run"};
    for (const auto& folder : no_place_for_a_socket) {
        variables["XDG_RUNTIME_DIR"] = folder;
        EXPECT_TRUE(world.socket_folder().string().starts_with("/tmp/rdvc-ssh-")) << folder;
    }
}

// Standard input is this text, until the end of the block.
class Answers {
  public:
    explicit Answers(const std::string& text)
        : stream_(text), before_(std::cin.rdbuf(stream_.rdbuf())) {}
    ~Answers() {
        std::cin.rdbuf(before_);
        std::cin.clear();
    }
    Answers(const Answers&) = delete;
    Answers& operator=(const Answers&) = delete;
    Answers(Answers&&) = delete;
    Answers& operator=(Answers&&) = delete;

  private:
    std::istringstream stream_;
    std::streambuf* before_;
};

TEST(World, AsksOnStandardErrorAndFallsBack) {
    tests::FakeRunner runner;
    Console console(false, false, true);
    const World world{runner, console, "/", [](const std::string&) { return std::nullopt; }};
    const Answers input("first\n\n  second one \n");
    Words answers;
    const auto all = printed([&] {
        answers = {world.ask("Host", ""), world.ask("User", "alice"), world.ask("Name", "x")};
    });
    EXPECT_EQ(answers[0], "first");
    EXPECT_EQ(answers[1], "alice");
    EXPECT_EQ(base::trim(answers[2]), "second one");
    EXPECT_EQ(all.out, "");
    EXPECT_EQ(all.err, "Host: User [alice]: Name [x]: ");
}

TEST(World, SaysThatStandardInputIsClosed) {
    tests::FakeRunner runner;
    Console console(false, false, true);
    const World world{runner, console, "/", [](const std::string&) { return std::nullopt; }};
    const Answers input("");
    tests::Failure failure;
    printed([&] { failure = tests::failure_of([&] { return world.ask("Host", "hpc"); }); });
    EXPECT_EQ(failure.code, Exit::usage);
    EXPECT_EQ(failure.message,
              "error: no answers: standard input is closed\n\n"
              "hint: give the answers as options, or `--yes` to keep the current values\n");
}

TEST(TracingRunner, ShowsEachCommandWithVerbose) {
    const auto traced = [](Verbosity verbosity) {
        tests::FakeRunner fake;
        fake.expect({"git", "log", "a b"}).prints("out");
        Console console(false, false, true);
        console.verbosity = verbosity;
        TracingRunner runner(fake, console);
        return printed([&] {
                   EXPECT_EQ(runner.run({.argv = {"git", "log", "a b"}}).out, "out");
               })
            .err;
    };
    EXPECT_TRUE(std::regex_match(traced(Verbosity::verbose),
                                 std::regex("\\+ git log 'a b'\n  [0-9]\\.[0-9]{3} s: git\n")))
        << traced(Verbosity::verbose);
    EXPECT_EQ(traced(Verbosity::normal), "");
}

TEST(Version, IsThreeNumbers) {
    EXPECT_EQ(base::split(version(), '.').size(), 3U) << version();
}

TEST(Version, NamesTheCommitIfTheSourcesAreInARepository) {
    EXPECT_TRUE(std::regex_match(
        version_and_commit(),
        std::regex(version() +
                   R"(( \([0-9a-f]{10}, [0-9]{4}-[0-9]{2}-[0-9]{2}(, with changes)?\))?)")))
        << version_and_commit();
}

} // namespace
} // namespace rdvc::world
