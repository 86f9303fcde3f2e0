#include "base/process.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/interrupts.hpp"
#include "base/programs.hpp"
#include "base/text.hpp"
#include "support/expect_error.hpp"
#include "support/folder.hpp"

namespace rdvc::base {
namespace {

namespace fs = std::filesystem;
using tests::Folder;

Result run(const Command& command) {
    return ProcessRunner().run(command);
}

Result bash(const std::string& text, const std::vector<std::string>& arguments = {}) {
    std::vector<std::string> argv = {"bash", "-c", text, "bash"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return run({.argv = argv});
}

TEST(ProcessRunner, CapturesBothStreams) {
    const auto result = bash("printf 'to out'; printf 'to err' >&2");
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out, "to out");
    EXPECT_EQ(result.err, "to err");
}

// As of an ssh whose connection is held open by something that ~/.bashrc has started.
TEST(ProcessRunner, EndsAProgramThatStaysOnWhenAllIsSaid) {
    std::string heard;
    const auto result = run({.argv = {"bash", "-c", "echo all; exec sleep 60"},
                             .on_output = [&](std::string_view text) { heard += text; },
                             .is_over = [&] { return heard == "all\n"; }});
    EXPECT_EQ(result.status, 128 + SIGKILL);
    int status = 0;
    for (int tries = 0; tries < 5 && status != 3; ++tries) // the machine may be busy for a second
        status = run({.argv = {"bash", "-c", "sleep 0.1; exit 3"}, .is_over = [] { return true; }})
                     .status;
    EXPECT_EQ(status, 3) << "it has time to end by itself";
}

TEST(ProcessRunner, KeepsTheEndOfEndlessErrors) {
    const auto result = bash("head -c 30000000 /dev/zero | tr '\\0' x >&2; echo last >&2");
    EXPECT_LE(result.err.size(), 16U << 20U);
    EXPECT_TRUE(result.err.ends_with("xlast\n"));
}

TEST(ProcessRunner, HandsOverArgumentsAsTheyAre) {
    const std::vector<std::string> arguments = {"a b", "",   "$HOME", "'\"`",
                                                "*",   "\n", "\xff",  "-n"};
    std::string expected;
    for (const auto& argument : arguments)
        expected += argument + '\0';
    EXPECT_EQ(bash("printf '%s\\0' \"$@\"", arguments).out, expected);
}

TEST(ProcessRunner, GivesTheExitCode) {
    for (const int code : {0, 1, 2, 75, 126, 127, 255})
        EXPECT_EQ(bash("exit " + std::to_string(code)).status, code);
}

TEST(ProcessRunner, Gives128AndTheSignal) {
    EXPECT_EQ(bash("kill -TERM $$").status, 128 + SIGTERM);
    EXPECT_EQ(bash("kill -KILL $$").status, 128 + SIGKILL);
}

TEST(ProcessRunner, SaysWhichProgramIsMissing) {
    EXPECT_FAILURE(run({.argv = {"no-such-program-anywhere"}}), Exit::not_ready,
                   "error: `no-such-program-anywhere` is not installed, or not on PATH\n");
    EXPECT_FAILURE(run({.argv = {"/no/such/program"}}), Exit::not_ready,
                   "error: cannot run `/no/such/program`: No such file or directory\n");
    EXPECT_FAILURE(run({.argv = {"true"}, .folder = "/no/such/folder"}), Exit::not_ready,
                   "error: there is no folder `/no/such/folder`\n");
}

TEST(ProcessRunner, SaysThatTheInterpreterOfAScriptIsMissing) {
    const Folder folder;
    const auto file = folder / "tool";
    tests::put_file(file, "#!/no/such/python\n");
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    EXPECT_FAILURE(run({.argv = {file.string()}}), Exit::not_ready,
                   "error: cannot run `" + file.string() +
                       "`: the program that the first line of " + file.string() +
                       " names is not there\n\n"
                       "hint: install `tool` again: its Python may have been removed\n");
}

TEST(FindProgram, FindsTheOneThatWasCalled) {
    const tests::Folder folder;
    tests::put_file(folder / "a" / "rdvc", ""); // not executable
    tests::put_file(folder / "b c" / "rdvc", "");
    std::filesystem::permissions(folder / "b c" / "rdvc", std::filesystem::perms::owner_all);
    const auto path = (folder / "a").string() + ":" + (folder / "b c").string();
    EXPECT_EQ(find_program("rdvc", path), folder / "b c" / "rdvc");
    EXPECT_EQ(find_program("/opt/rdvc", path), "/opt/rdvc");
    EXPECT_TRUE(find_program("./rdvc", path).is_absolute());
    EXPECT_EQ(find_program("rdvc", "/none"), "rdvc");
}

TEST(ProcessRunner, SaysHowToInstallWhatRdvcNeeds) {
    const Folder empty;
    const std::string path = std::getenv("PATH");
    ::setenv("PATH", (empty / "").c_str(), 1);
    EXPECT_FAILURE(run({.argv = {"git", "status"}}), Exit::not_ready,
                   "error: `git` is not installed, or not on PATH\n\n"
                   "hint: Debian, Ubuntu: apt-get install git; Fedora, Red Hat: dnf install git; "
                   "macOS: xcode-select --install\n");
    EXPECT_FAILURE(run({.argv = {"ssh", "host"}}), Exit::not_ready,
                   "error: `ssh` is not installed, or not on PATH\n\n"
                   "hint: Debian, Ubuntu: apt-get install openssh-client; Fedora, Red Hat: dnf "
                   "install openssh-clients; macOS: part of the system\n");
    ::setenv("PATH", path.c_str(), 1);
}

TEST(ProcessRunner, CannotRunWhatIsNoProgram) {
    const Folder folder;
    write_file(folder / "text", "no program");
    const auto path = (folder / "text").string();
    EXPECT_FAILURE(run({.argv = {path}}), Exit::not_ready,
                   "error: cannot run `" + path + "`: Permission denied\n");
}

TEST(ProcessRunner, ReadsNothingWithoutInput) {
    EXPECT_EQ(run({.argv = {"cat"}}).out, "");
    EXPECT_EQ(run({.argv = {"cat"}, .input = {std::string()}}).out, "");
}

TEST(ProcessRunner, FeedsTextsAndFilesInTheirOrder) {
    const Folder folder;
    write_file(folder / "first", "<first>");
    write_file(folder / "empty", "");
    const auto result =
        run({.argv = {"cat"},
             .input = {std::string("a"), folder / "first", std::string(), folder / "empty",
                       std::string("b\0c", 3), folder / "first"}});
    EXPECT_EQ(result.out, std::string("a<first>b\0c<first>", 18));
}

// Both pipes hold much less than this: feeding and draining must happen at the same time.
TEST(ProcessRunner, FeedsMuchWhileTheProgramWritesMuch) {
    const Folder folder;
    std::string big;
    while (big.size() < 1'500'000)
        big += "line " + std::to_string(big.size()) + "\n";
    write_file(folder / "big", big);
    const auto result =
        run({.argv = {"bash", "-c", "tee /dev/stderr"}, .input = {big, folder / "big"}});
    EXPECT_EQ(result.status, 0);
    EXPECT_TRUE(result.out == big + big);
    EXPECT_TRUE(result.err == big + big);
}

TEST(ProcessRunner, OutlivesAProgramThatDoesNotReadItsInput) {
    const auto result = run({.argv = {"bash", "-c", "exec <&-; printf done; exit 3"},
                             .input = {std::string(1'000'000, 'x')}});
    EXPECT_EQ(result.status, 3);
    EXPECT_EQ(result.out, "done");
}

TEST(ProcessRunner, SaysWhichInputItCannotRead) {
    const Folder folder;
    const auto path = folder / "none";
    EXPECT_FAILURE(run({.argv = {"cat"}, .input = {path}}), Exit::failed,
                   "error: cannot read `" + path.string() + "`: No such file or directory\n");
}

TEST(ProcessRunner, LeavesNoProcessBehindWhenItCannotReadItsInput) {
    const Folder folder;
    EXPECT_NE(tests::failure_of([&] {
                  return run({.argv = {"cat"}, .input = {folder / "none"}});
              }).message,
              "");
    int status = 0;
    EXPECT_EQ(::waitpid(-1, &status, WNOHANG), -1) << "there is a child that nobody waits for";
    EXPECT_EQ(errno, ECHILD);
}

TEST(ProcessRunner, AddsToTheEnvironment) {
    const auto result = run({.argv = {"bash", "-c", "printf '%s|%s' \"$RDVC_A\" \"${HOME:+home}\""},
                             .environment = {{"RDVC_A", "a b"}, {"HOME", "/h"}}});
    EXPECT_EQ(result.out, "a b|home");
}

TEST(ProcessRunner, StandsInTheFolder) {
    const Folder folder;
    EXPECT_EQ(trim(run({.argv = {"pwd"}, .folder = folder.path()}).out), folder.path().string());
}

TEST(ProcessRunner, WritesTheOutputFile) {
    const Folder folder;
    write_file(folder / "out", "what was there before, and longer");
    const auto result =
        run({.argv = {"bash", "-c", "printf new; printf err >&2"}, .output_file = folder / "out"});
    EXPECT_EQ(tests::content_of(folder / "out"), "new");
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.err, "err");
    EXPECT_EQ(run({.argv = {"printf", "x"}, .output_file = folder / "private"}).status, 0);
    EXPECT_EQ(tests::mode_of(folder / "private"), 0600U);
}

// The program continues only when its first line is answered, so it must arrive at once.
TEST(ProcessRunner, HandsOverOutputAsItComes) {
    const Folder folder;
    const auto answer = folder / "answer";
    std::vector<std::string> pieces;
    const auto result = run({.argv = {"bash", "-c",
                                      "printf 'first\\n'; until [[ -e $0 ]]; do sleep 0.01; done; "
                                      "printf 'second\\n'",
                                      answer.string()},
                             .on_output = [&](std::string_view bytes) {
                                 pieces.emplace_back(bytes);
                                 write_file(answer, "");
                             }});
    EXPECT_EQ(join(pieces, ""), "first\nsecond\n");
    EXPECT_EQ(pieces.front(), "first\n");
    EXPECT_EQ(result.out, "");
}

// Like an ssh master that stays: it has our pipes, but the program itself has ended.
TEST(ProcessRunner, DoesNotWaitForABackgroundChildThatHoldsThePipes) {
    const Folder folder; // the child ends with it
    const auto result = bash("printf '%s ' before; (while [[ -d $1 ]]; do sleep 0.05; done) & "
                             "printf '%s' $!",
                             {folder.path().string()});
    const auto parts = words(result.out);
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(parts[0], "before");
    EXPECT_EQ(::kill(std::stoi(parts[1]), 0), 0) << "it had ended before run() did";
}

TEST(ProcessRunner, LeavesTheStreamsToAProgramForTheTerminal) {
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const auto result = run(
        {.argv = {"bash", "-c", "printf out; printf err >&2; exit 4"}, .terminal = Terminal::yes});
    EXPECT_EQ(::testing::internal::GetCapturedStdout(), "out");
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "err");
    EXPECT_EQ(result.status, 4);
    EXPECT_EQ(result.out + result.err, "");
}

TEST(ProcessRunner, KillsWhatRunsTooLong) {
    const auto result = run({.argv = {"bash", "-c", "echo before; exec sleep 60"},
                             .patience = std::chrono::seconds(3)});
    EXPECT_EQ(result.status, 128 + SIGKILL);
    EXPECT_EQ(result.out, "before\n");
    EXPECT_EQ(run({.argv = {"true"}, .patience = std::chrono::seconds(60)}).status, 0);
}

TEST(ProcessRunner, GivesAllThatWasWrittenBeforeTheEnd) {
    for (int i = 0; i < 30; ++i)
        ASSERT_EQ(bash("printf '%060000d' 7").out.size(), 60'000U);
}

TEST(ProcessRunner, StartsProgramsThatDieOfABrokenPipe) {
    EXPECT_EQ(bash("trap - PIPE; kill -PIPE $$").status, 128 + SIGPIPE);
}

TEST(ProcessRunner, RunsOnceWhatWasStartedAhead) {
    const Folder folder;
    const Command command{.argv = {"bash", "-c", "echo x >>file; cat file; echo hint >&2; exit 3"},
                          .folder = folder.path()};
    ProcessRunner runner;
    runner.start_ahead(command);
    const auto first = runner.run(command);
    EXPECT_EQ(first.out, "x\n");
    EXPECT_EQ(first.err, "hint\n");
    EXPECT_EQ(first.status, 3);
    EXPECT_EQ(runner.run(command).out, "x\nx\n");
}

TEST(ProcessRunner, StartsAheadBesideOthers) {
    const Folder folder;
    ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
    const Command writes{.argv = {"bash", "-c", "echo word >fifo"}, .folder = folder.path()};
    const Command reads{.argv = {"cat", "fifo"}, .folder = folder.path()};
    ProcessRunner runner;
    runner.start_ahead(writes);
    runner.start_ahead(reads);
    EXPECT_EQ(runner.run(writes).status, 0); // which waits for a reader
    EXPECT_EQ(runner.run(reads).out, "word\n");
}

TEST(ProcessRunner, StartedAheadHasNotItsLikesResult) {
    ProcessRunner runner;
    runner.start_ahead({.argv = {"bash", "-c", "echo ${word-none}"}});
    EXPECT_EQ(
        runner.run({.argv = {"bash", "-c", "echo ${word-none}"}, .environment = {{"word", "one"}}})
            .out,
        "one\n");
    EXPECT_EQ(runner.run({.argv = {"bash", "-c", "echo ${word-none}"}}).out, "none\n");
}

// Its own wait would not hear of it: the signal came in another's, and the pipe stays open.
TEST(ProcessRunner, HearsOfAnEndDuringAnothersWait) {
    const Command with_child{.argv = {"bash", "-c", "sleep 60 & echo $!"}};
    ProcessRunner runner;
    runner.start_ahead(with_child);
    EXPECT_EQ(runner.run({.argv = {"sleep", "0.5"}}).status, 0);
    const auto began = std::chrono::steady_clock::now();
    const auto result = runner.run(with_child);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(30));
    ::kill(std::stoi(result.out), SIGKILL);
}

TEST(ProcessRunner, EndsWhatWasStartedAheadAndNeverAskedFor) {
    const auto began = std::chrono::steady_clock::now();
    ProcessRunner().start_ahead({.argv = {"sleep", "60"}});
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(30));
}

TEST(ProcessRunner, SaysOfAProgramThatIsNotThereWhenItIsRun) {
    ProcessRunner runner;
    const Command command{.argv = {"rdvc-no-such-program"}};
    runner.start_ahead(command);
    EXPECT_FAILURE(runner.run(command), Exit::not_ready,
                   "error: `rdvc-no-such-program` is not installed, or not on PATH\n");
}

// Of a command that a person uses: only rdvc hears of Ctrl-C, and what waits for the command wakes.
TEST(Process, TakesOurInputAndIsNotInterrupted) {
    const int terminal = ::dup(0); // of whoever runs the tests
    std::array<int, 2> empty{};
    ASSERT_EQ(::pipe(empty.data()), 0);
    ::dup2(empty[0], 0);
    for (const int end : empty)
        ::close(end);
    const Interrupts interrupts;
    std::string heard;
    Command command{
        .argv = {"bash", "-c", "kill -INT $PPID; kill -INT $$; sleep 2; read line; echo end"},
        .takes_input = true};
    command.is_over = [&] {
        if (const auto signal = Interrupts::take())
            heard += signal_name(*signal);
        return false;
    };
    ProcessRunner runner;
    EXPECT_EQ(runner.run(command).out, "end\n");
    EXPECT_EQ(heard, "INT");
    EXPECT_EQ(Interrupts::take(), std::nullopt);
    ::dup2(terminal, 0);
    ::close(terminal);
}

// Under nohup, or in the background of a script.
TEST(Process, LeavesIgnoredSignalsIgnored) {
    const auto before = std::signal(SIGHUP, SIG_IGN);
    {
        const Interrupts interrupts;
        std::raise(SIGHUP);
        EXPECT_EQ(Interrupts::take(), std::nullopt);
        std::raise(SIGTERM);
        EXPECT_EQ(Interrupts::take(), SIGTERM);
    }
    EXPECT_EQ(std::signal(SIGHUP, before), SIG_IGN);
}

// The handler asks its children to end, and waits for them.
TEST(Child, HasNotSucceededIfASignalsHandlerHasTakenItsStatus) {
    const pid_t pid = ::fork();
    if (pid == 0)
        ::_exit(0);
    ASSERT_GT(pid, 0);
    Child child(pid);
    ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
    child.wait();
    EXPECT_EQ(child.status(), 128 + SIGTERM);
}

TEST(EndAtSignals, ASecondEqualSignalEndsTheHandlerToo) {
    Pipe reached;
    static int told = -1;
    told = reached.end(1);
    const pid_t pid = ::fork();
    if (pid == 0) {
        constexpr unsigned seconds = 10; // then SIGALRM
        ::alarm(seconds);
        end_at_signals();
        const AtSignal for_ever([] {
            [[maybe_unused]] const auto n = ::write(told, "", 1);
            for (;;)
                ::pause();
        });
        std::raise(SIGTERM);
        ::_exit(0);
    }
    ASSERT_GT(pid, 0);
    char byte = 0;
    EXPECT_EQ(::read(reached.end(0), &byte, 1), 1);
    ::kill(pid, SIGTERM);
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) << status;
}

// A program with our terminal gets its Ctrl-C; so does one in a session of its own, from elsewhere.
TEST(Process, BlocksInterruptsOnlyWhereTheTerminalSendsThemToUsToo) {
    const std::vector<std::string> look = {"bash", "-c", "kill -INT $$; exit 3"};
    EXPECT_EQ(run({.argv = look, .takes_input = true}).status, 3);
    EXPECT_EQ(run({.argv = look, .terminal = Terminal::yes, .takes_input = true}).status,
              128 + SIGINT);
    EXPECT_EQ(run({.argv = look, .takes_input = true, .has_own_session = true}).status,
              128 + SIGINT);
}

// The runner asks for a part when it has written the one before.
TEST(Process, TakesInputPartByPart) {
    const TemporaryFolder folder;
    write_file(folder.path() / "file", "from a file, ");
    std::vector<Input> parts = {folder.path() / "file", std::string("last")};
    std::size_t next = 0;
    Command command{.argv = {"cat"}, .input = {std::string("first, ")}};
    command.more_input = [&]() -> std::optional<Input> {
        return next < parts.size() ? std::optional(parts[next++]) : std::nullopt;
    };
    ProcessRunner runner;
    const auto result = runner.run(command);
    EXPECT_EQ(result.out, "first, from a file, last");
}

} // namespace
} // namespace rdvc::base
