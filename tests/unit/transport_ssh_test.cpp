#include "transport/ssh.hpp"

#include <ostream>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "support/expect_error.hpp"
#include "support/fake_runner.hpp"
#include "support/folder.hpp"

namespace rdvc::transport {

void PrintTo(Outcome outcome, std::ostream* stream) {
    *stream << (outcome == Outcome::answered      ? "answered"
                : outcome == Outcome::unreachable ? "unreachable"
                : outcome == Outcome::no_bash     ? "no bash"
                                                  : "unknown");
}

namespace {

using base::Effect;
using base::Exit;
using tests::FakeRunner;
using Words = std::vector<std::string>;

Destination to(const std::string& host, const std::string& username = "", Words ssh_options = {}) {
    Destination destination;
    destination.host = host;
    destination.username = username;
    destination.ssh_options = std::move(ssh_options);
    return destination;
}

Destination without_multiplex(Destination destination) {
    destination.multiplex = false;
    return destination;
}

// --- ssh's words ---

// As `ssh -G HOST` of OpenSSH 9.2 prints it, shortened.
constexpr std::string_view plain_config = "user alice\nhostname hpc.example.org\nport 22\n"
                                          "controlmaster false\ncontrolpersist no\n";

// --- What the configuration adds to the user's own logins ---

TEST(PlainOptions, AreNotNeededWithAPlainConfiguration) {
    // As OpenSSH 9.2 prints the defaults.
    EXPECT_EQ(plain_options(std::string(plain_config) +
                            "forwardx11 no\npermitlocalcommand no\nrequesttty false\n"
                            "sessiontype default\nstdinnull no\nforkafterauthentication no\n"
                            "tunnel false\nloglevel INFO\nexitonforwardfailure no\n"),
              Words{});
    EXPECT_EQ(plain_options(""), Words{}) << "a client that is too old for -G";
}

TEST(PlainOptions, UndoEachThingThatIsThere) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"remotecommand tmux new -A -s main", "RemoteCommand=none"},
        {"sessiontype none", "SessionType=default"},
        {"sessiontype subsystem", "SessionType=default"},
        {"stdinnull yes", "StdinNull=no"},
        {"forkafterauthentication yes", "ForkAfterAuthentication=no"},
        {"localforward 8080 [localhost]:80", "ClearAllForwardings=yes"},
        {"remoteforward 9090 [localhost]:90", "ClearAllForwardings=yes"},
        {"dynamicforward 1080", "ClearAllForwardings=yes"},
        {"localforward 8080 [a]:80\nremoteforward 9090 [b]:90", "ClearAllForwardings=yes"},
        {"permitlocalcommand yes", "PermitLocalCommand=no"},
        {"forwardx11 yes", "ForwardX11=no"},
        {"tunnel point-to-point", "Tunnel=no"},
        {"loglevel SILENT", "LogLevel=ERROR"},
    };
    for (const auto& [shown, option] : cases)
        EXPECT_EQ(plain_options(std::string(plain_config) + shown + "\n"), Words({"-o", option}))
            << shown;
}

TEST(PlainOptions, LeaveWhatFindsTheHostAndTheUser) {
    EXPECT_EQ(plain_options("forwardagent yes\nproxyjump gate\nidentityfile ~/.ssh/id\n"
                            "sendenv LANG\nloglevel DEBUG\n"),
              Words{});
}

TEST(Sharing, IsAConnectionOfOurOwnInOurFolder) {
    EXPECT_EQ(sharing_in(plain_config), Sharing::own);
    EXPECT_EQ(sharing_in("controlpath none\n"), Sharing::own);
    EXPECT_EQ(sharing_options(Sharing::own, "/run/rdvc"),
              Words({"-o", "ControlMaster=auto", "-o", "ControlPersist=300", "-o",
                     "ControlPath=/run/rdvc/%C"}));
    EXPECT_EQ(sharing_options(Sharing::none, "/run/rdvc"), Words({"-o", "ControlPath=none"}));
}

TEST(Sharing, LeavesTheUsersOwnControlPathAlone) {
    const std::string path = "controlmaster auto\ncontrolpath /home/alice/.ssh/cm-abc\n";
    EXPECT_EQ(sharing_in(path + "controlpersist 600\n"), Sharing::users);
    EXPECT_EQ(sharing_in(path + "controlpersist yes\n"), Sharing::users);
    EXPECT_EQ(sharing_options(Sharing::users, "/run/rdvc"), Words{});
}

// Its first user would have to stay until the last one has gone.
TEST(Sharing, LeavesNoMasterBehindThatCannotOutliveUs) {
    EXPECT_EQ(sharing_in("controlmaster auto\ncontrolpath /home/alice/.ssh/cm\n"
                         "controlpersist no\n"),
              Sharing::guest);
    EXPECT_EQ(sharing_options(Sharing::guest, "/run/rdvc"), Words({"-o", "ControlMaster=no"}));
}

// A socket's path has less than 104 bytes on macOS; %C is 40 hex digits, and ssh adds 17 of its
// own.
TEST(Sharing, MakesAShortPath) {
    const auto options = sharing_options(Sharing::own, std::string(40, 'r') + "/rdvc");
    EXPECT_LT(options.back().size() - std::string("ControlPath=%C").size() + 40 + 17, 104U);
}

TEST(SshWords, EndWithTheHost) {
    EXPECT_EQ(ssh_words(to("hpc"), {}, {}), Words({"ssh", "-T", "--", "hpc"}));
    EXPECT_EQ(ssh_words(to("hpc", "alice", {"-F", "my config"}), {"-o", "RemoteCommand=none"},
                        {"-o", "ControlPath=none"}),
              Words({"ssh", "-T", "-o", "RemoteCommand=none", "-F", "my config", "-o",
                     "ControlPath=none", "-l", "alice", "--", "hpc"}));
}

// --- What ssh's end means ---

// OpenSSH's own messages (9.2 and others) when it has not started a remote command.
const std::vector<std::string> before_start = {
    "ssh: Could not resolve hostname hpc: Name or service not known\r\n",
    "ssh: Could not resolve hostname hpc: Temporary failure in name resolution\r\n",
    "ssh: connect to host hpc port 22: Connection refused\r\n",
    "ssh: connect to host hpc port 22: Connection timed out\r\n",
    "ssh: connect to host hpc port 22: Operation timed out\r\n",
    "ssh: connect to host hpc port 22: No route to host\r\n",
    "ssh: connect to host 10.0.0.1 port 22: Network is unreachable\r\n",
    "alice@hpc: Permission denied (publickey,password).\r\n",
    "Permission denied, please try again.\r\nalice@hpc: Permission denied "
    "(publickey,password,keyboard-interactive).\r\n",
    "No ED25519 host key is known for hpc and you have requested strict checking.\r\n"
    "Host key verification failed.\r\n",
    "kex_exchange_identification: Connection closed by remote host\r\n"
    "Connection closed by 10.0.0.1 port 22\r\n",
    "kex_exchange_identification: read: Connection reset by peer\r\n"
    "Connection reset by 10.0.0.1 port 22\r\n",
    "ssh_exchange_identification: Connection closed by remote host\r\n",
    "Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures\r\n"
    "Disconnected from 10.0.0.1 port 22\r\n",
    "Unable to negotiate with 10.0.0.1 port 22: no matching host key type found. Their offer: "
    "ssh-rsa\r\n",
    "Connection closed by UNKNOWN port 65535\r\n",
    "channel 0: open failed: connect failed: Connection refused\r\nstdio forwarding failed\r\n"
    "Connection closed by UNKNOWN port 65535\r\n",
    "/home/alice/.ssh/config: line 3: Bad configuration option: hostnmae\r\n"
    "/home/alice/.ssh/config: terminating, 1 bad configuration options\r\n",
    "Can't open user config file /home/alice/none: No such file or directory\r\n",
    "Cannot execute command-line and remote command.\r\n",
    "bind [127.0.0.1]:8080: Address already in use\r\n"
    "channel_setup_fwd_listener_tcpip: cannot listen to port: 8080\r\n"
    "Could not request local forwarding.\r\n",
    "Tunnel device open failed.\r\nCould not request tunnel forwarding.\r\n",
    "Bad owner or permissions on /home/alice/.ssh/config\r\n",
    "/home/alice/.ssh/config line 3: Missing argument.\r\n"
    "/home/alice/.ssh/config: terminating, 1 bad configuration options\r\n",
    "unix_listener: cannot bind to path /run/user/1/rdvc/0123.x: No such file or directory\r\n",
    "vdollar_percent_expand: unknown key %q\r\n",
    "exec request failed on channel 0\r\n",
    "** WARNING: connection is not using a post-quantum key exchange algorithm.\r\n"
    "alice@hpc: Permission denied (publickey).\r\n",
};

// The session existed: what was sent may have been read and may still be running.
const std::vector<std::string> after_start = {
    "client_loop: send disconnect: Broken pipe\r\n",
    "client_loop: send disconnect: Connection reset by peer\r\n",
    "client_loop: send disconnect: Network is unreachable\r\n",
    "client_loop: send disconnect: No route to host\r\n",
    "client_loop: send disconnect: Connection timed out\r\n",
    "Read from remote host hpc: Connection timed out\r\n"
    "client_loop: send disconnect: Broken pipe\r\n",
    "Read from remote host hpc: Connection reset by peer\r\n",
    "Read from remote host hpc: Operation timed out\r\n",
    "Read from remote host hpc: No route to host\r\n",
    "Timeout, server hpc not responding.\r\n",
    "Connection to hpc closed by remote host.\r\n",
    "mux_client_request_session: read from master failed: Broken pipe\r\n",
    // the remote side's words on standard error, then a lost connection
    "bash: /etc/profile.d/site.sh: Permission denied\nclient_loop: send disconnect: Broken "
    "pipe\r\n",
    "fatal: unable to connect: Connection refused\nConnection to hpc closed by remote host.\r\n",
    "ssh: connect to host storage port 22: Connection refused\n"
    "Connection to hpc closed by remote host.\r\n",
    // a stale socket of the user's own: ssh says so and opens a connection
    "Control socket connect(/home/alice/.ssh/cm): Connection refused\r\n"
    "client_loop: send disconnect: Broken pipe\r\n",
    "",
};

TEST(Classify, CallsUnreachableWhatEndedBeforeTheStart) {
    for (const auto& errors : before_start)
        EXPECT_EQ(classify(255, false, errors), Outcome::unreachable) << errors;
}

TEST(Classify, CallsUnknownWhatMayHaveStarted) {
    for (const auto& errors : after_start)
        EXPECT_EQ(classify(255, false, errors), Outcome::unknown) << errors;
}

TEST(Classify, BelievesTheOtherSideOnceItHasSpoken) {
    EXPECT_EQ(classify(0, true, ""), Outcome::answered);
    EXPECT_EQ(classify(0, true, "Connection refused"), Outcome::answered) << "remote words";
    for (const int status : {1, 127, 129, 141, 255})
        EXPECT_EQ(classify(status, true, ""), Outcome::unknown) << status;
    for (const auto& errors : before_start)
        EXPECT_EQ(classify(255, true, errors), Outcome::unknown) << errors;
}

// Only 255 is ssh's own failure; the rest is the remote side's answer, or a signal.
TEST(Classify, TakesNoOtherStatusAsSshsFailure) {
    for (const int status : {0, 1, 2, 130, 137, 254})
        EXPECT_EQ(classify(status, false, before_start.front()), Outcome::unknown) << status;
}

// The login shell's words for a bash that it cannot run; with a hello they are the request's own.
TEST(Classify, KnowsThatThereIsNoBash) {
    for (const int status : {126, 127}) {
        EXPECT_EQ(classify(status, false, "tcsh: bash: Command not found.\n"), Outcome::no_bash);
        EXPECT_EQ(classify(status, true, "bash: sbatch: command not found\n"), Outcome::unknown);
    }
}

TEST(MainReason, IsTheLastLineThatSaysSomething) {
    EXPECT_EQ(main_reason("a banner\r\nalice@hpc: Permission denied (publickey).\r\n\r\n"),
              "alice@hpc: Permission denied (publickey).");
    EXPECT_EQ(main_reason(""), "ssh printed no message");
    EXPECT_EQ(main_reason("\r\n \n"), "ssh printed no message");
}

// --- One request ---

Connection::Request request(std::vector<std::string>& frames) {
    return {.nonce = "n1",
            .program = "program\n",
            .data = {std::string("data")},
            .effect = Effect::changes,
            .on_frame = [&](const Frame& frame) { frames.push_back(frame.verb); }};
}

TEST(Connection, IsOneExecutionWithAConstantCommand) {
    const tests::Folder folder;
    FakeRunner runner;
    runner.expect({"ssh", "-G", "-T", "-l", "alice", "--", "hpc"})
        .prints(std::string(plain_config));
    const auto socket = "ControlPath=" + (folder / "sockets" / "%C").string();
    const Words words = {"ssh",  "-T",
                         "-o",   "ControlMaster=auto",
                         "-o",   "ControlPersist=300",
                         "-o",   socket,
                         "-l",   "alice",
                         "--",   "hpc",
                         "bash", "-s"};
    runner.expect(words).prints("banner\n@rdvc:n1 hello /home/alice\n@rdvc:n1 end\n").times(2);
    Connection connection(runner, to("hpc", "alice"), folder / "sockets");
    std::vector<std::string> frames;
    const auto reply = connection.execute(request(frames));
    EXPECT_EQ(reply.outcome, Outcome::answered);
    EXPECT_EQ(frames, Words({"hello", "end"}));
    EXPECT_EQ(runner.calls().back().input, "program\ndata");
    EXPECT_EQ(runner.calls().back().command.effect, Effect::changes);
    EXPECT_EQ(tests::mode_of(folder / "sockets"), 0700U);
    connection.execute(request(frames)); // ssh's configuration is asked once
    EXPECT_EQ(runner.calls().size(), 3U);
}

// The user's tmux, ports and X11 are not for requests.
TEST(Connection, CarriesNothingOfTheUsersOwnLogins) {
    const tests::Folder folder;
    FakeRunner runner;
    runner.expect({"ssh", "-G", "-T", "--", "hpc"})
        .prints("remotecommand tmux\nlocalforward 8080 [localhost]:80\n");
    runner
        .expect({"ssh", "-T", "-o", "RemoteCommand=none", "-o", "ClearAllForwardings=yes", "-o",
                 "ControlPath=none", "--", "hpc", "bash", "-s"})
        .prints("@rdvc:n1 hello /home/alice\n");
    Connection connection(runner, without_multiplex(to("hpc")), folder / "sockets");
    std::vector<std::string> frames;
    EXPECT_EQ(connection.execute(request(frames)).outcome, Outcome::answered);
    EXPECT_EQ(base::join(connection.relay_words("/bin/rdvc"), " "),
              "/bin/rdvc internal-ssh ssh -T -o RemoteCommand=none -o ClearAllForwardings=yes -o "
              "ControlPath=none -- hpc bash -s --then");
    EXPECT_FALSE(connection.is_shared());
}

// `ssh -G` of such a configuration says nothing but this.
TEST(Connection, StaysInTheForeground) {
    const tests::Folder folder;
    FakeRunner runner;
    runner.expect({"ssh", "-G", "-T", "--", "hpc"})
        .exits(255, "Cannot fork into background without a command to execute.\r\n");
    runner.expect({"ssh", "-o", "ForkAfterAuthentication=no", "-G", "-T", "--", "hpc"})
        .prints("controlpath /home/alice/.ssh/cm\ncontrolpersist 60\n");
    Connection connection(runner, to("hpc"), folder / "sockets");
    std::vector<std::string> frames;
    runner.expect({"ssh", "-T", "-o", "ForkAfterAuthentication=no", "--", "hpc", "bash", "-s"});
    connection.execute(request(frames));
    EXPECT_TRUE(connection.is_shared());
}

TEST(Connection, AsksForALoginShellWhereOnlyThatWillDo) {
    const tests::Folder folder;
    FakeRunner runner;
    runner.expect({"ssh", "-G", "-T", "--", "hpc"});
    runner.expect({"ssh", "-T", "-o", "ControlPath=none", "--", "hpc", "bash", "-l", "-s"})
        .exits(255, before_start.front());
    auto destination = without_multiplex(to("hpc"));
    destination.login_shell = true;
    Connection connection(runner, destination, folder / "sockets");
    std::vector<std::string> frames;
    const auto reply = connection.execute(request(frames));
    EXPECT_EQ(reply.outcome, Outcome::unreachable);
    EXPECT_EQ(reply.status, 255);
    EXPECT_EQ(reply.errors, before_start.front());
    EXPECT_FALSE(std::filesystem::exists(folder / "sockets"));
}

TEST(Connection, NeedsNoSshWhereSbatchIsOnThisMachine) {
    const tests::Folder folder;
    FakeRunner runner;
    runner.expect({"bash", "-s"}).prints("@rdvc:n1 hello /home/alice\n");
    Connection connection(runner, to("local"), folder / "sockets");
    std::vector<std::string> frames;
    EXPECT_EQ(connection.execute(request(frames)).outcome, Outcome::answered);
}

TEST(Connection, GivesGitAndRsyncTheSameWords) {
    const tests::Folder folder;
    FakeRunner runner;
    runner.expect({"ssh", "-G", "-T", "-F", "my config", "-l", "alice", "--", "hpc"});
    auto destination = to("hpc", "alice", {"-F", "my config"});
    destination.login_shell = true;
    Connection connection(runner, destination, folder / "s");
    EXPECT_EQ(connection.relay_words("/a b/rdvc"),
              Words({"/a b/rdvc", "internal-ssh",
                     "ssh",       "-T",
                     "-F",        "my config",
                     "-o",        "ControlMaster=auto",
                     "-o",        "ControlPersist=300",
                     "-o",        "ControlPath=" + (folder / "s").string() + "/%C",
                     "-l",        "alice",
                     "--",        "hpc",
                     "bash",      "-l",
                     "-s",        "--then"}));
}

// The shell that ~/.bashrc has started instead of bash has run nothing, and has said what it is.
TEST(Connection, KnowsTheShellThatIsNotBash) {
    const tests::Folder folder;
    FakeRunner runner;
    runner.expect("ssh", tests::starts_with({"ssh"}))
        .times(2)
        .returns({97, "motd\n@rdvc:n1 shell dash\n", ""});
    Connection connection(runner, to("hpc"), folder / "s");
    std::vector<std::string> frames;
    const auto reply = connection.execute(request(frames));
    EXPECT_EQ(reply.outcome, Outcome::no_bash);
    EXPECT_EQ(reply.shell, "dash");
    EXPECT_EQ(frames, Words{});
}

// If ssh does not exit after the last word, it is ended; that says nothing about the answer.
TEST(Connection, TakesTheLastWordForTheEnd) {
    const tests::Folder folder;
    FakeRunner runner;
    runner.expect({"ssh", "-G", "-T", "--", "hpc"});
    runner.expect("ssh", tests::starts_with({"ssh"})).does([](const tests::Call& call) {
        EXPECT_FALSE(call.command.is_over());
        call.command.on_output("@rdvc:n1 hello /home/alice\n@rdvc:n1 end\n@rdvc:n1 bye\n");
        EXPECT_TRUE(call.command.is_over());
        return base::Result{143, "", ""};
    });
    Connection connection(runner, to("hpc"), folder / "s");
    std::vector<std::string> frames;
    EXPECT_EQ(connection.execute(request(frames)).outcome, Outcome::answered);
    EXPECT_EQ(frames, Words({"hello", "end"}));
}

TEST(Connection, RefusesWhatSshWouldTakeAsAnOption) {
    FakeRunner runner;
    EXPECT_FAILURE((Connection(runner, to("-oProxyCommand=touch /tmp/x"), "/s"), 0),
                   Exit::configuration,
                   "error: `-oProxyCommand=touch /tmp/x` starts with `-`: ssh would take it for an "
                   "option\n  it is the value of `cluster.host`\n");
    EXPECT_FAILURE((Connection(runner, to("hpc", "-v"), "/s"), 0), Exit::configuration,
                   "error: `-v` starts with `-`: ssh would take it for an option\n"
                   "  it is the value of `cluster.username`\n");
}

TEST(Connection, RefusesASocketFolderThatIsOpenToOthers) {
    const tests::Folder folder;
    std::filesystem::create_directory(folder / "open");
    std::filesystem::permissions(folder / "open", static_cast<std::filesystem::perms>(0777));
    FakeRunner runner;
    runner.expect({"ssh", "-G", "-T", "--", "hpc"});
    Connection connection(runner, to("hpc"), folder / "open");
    std::vector<std::string> frames;
    EXPECT_EQ(tests::failure_of([&] { return connection.execute(request(frames)); }).code,
              Exit::failed);
}

} // namespace
} // namespace rdvc::transport
