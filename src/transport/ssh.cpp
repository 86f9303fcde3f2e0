#include "transport/ssh.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/quote.hpp"
#include "base/text.hpp"
#include "transport/relay.hpp"

namespace rdvc::transport {

using base::Error;
using base::Exit;

namespace {

void refuse_leading_dash(const std::string& value, std::string_view key) {
    if (value.starts_with("-"))
        throw Error(Exit::configuration,
                    fmt::format("`{}` starts with `-`: ssh would take it for an option", value))
            .context(fmt::format("it is the value of `{}`", key));
}

} // namespace

std::vector<std::string> ssh_words(const Destination& destination,
                                   const std::vector<std::string>& first,
                                   const std::vector<std::string>& last) {
    std::vector<std::string> words = {"ssh", "-T"};
    for (const auto& some : {first, destination.ssh_options, last})
        words.insert(words.end(), some.begin(), some.end());
    if (!destination.username.empty())
        words.insert(words.end(), {"-l", destination.username});
    words.insert(words.end(), {"--", destination.host});
    return words;
}

namespace {

// How ssh's lines begin for failures before the remote command is started.
bool is_before_start(std::string_view line) {
    constexpr auto starts = std::to_array<std::string_view>({
        "ssh: connect to host ",
        "ssh: connect to address ",
        "ssh: Could not resolve hostname ",
        "Host key verification failed.",
        "kex_exchange_identification: ",
        "ssh_exchange_identification: ",
        "banner exchange: ",
        "Connection timed out during banner exchange",
        "Connection closed by ",
        "Connection reset by ",
        "Unable to negotiate with ",
        "Can't open user config file ",
        "Bad owner or permissions on ",
        "Cannot execute command-line and remote command.",
        "Cannot fork into background without a command to execute.",
        "Could not request local forwarding.",
        "Could not request remote forwarding.",
        "Could not request tunnel forwarding.",
        "ControlPath too long ",
        "unix_listener: ", // the socket of a shared connection, before any session
        "muxserver_listen: ",
        "percent_expand: ",
        "vdollar_percent_expand: ",
        "exec request failed on channel ",
    });
    const bool known = std::any_of(starts.begin(), starts.end(),
                                   [&](std::string_view start) { return line.starts_with(start); });
    // "USER@HOST: Permission denied (publickey).", "Received disconnect from ...: Too many ..."
    const bool denied = line.find('@') != std::string_view::npos &&
                        line.find(": Permission denied (") != std::string_view::npos;
    const bool disconnected = line.starts_with("Received disconnect from ") &&
                              line.ends_with("Too many authentication failures");
    // "FILE: line N: Bad configuration option: ..."
    const bool configuration =
        line.find(": Bad configuration option: ") != std::string_view::npos ||
        (line.find(": terminating, ") != std::string_view::npos &&
         line.ends_with(" bad configuration options"));
    return known || denied || disconnected || configuration;
}

// ssh's words for a session that broke.
bool is_after_start(std::string_view line) {
    return line.starts_with("client_loop: ") || line.starts_with("Read from remote host ") ||
           line.starts_with("Timeout, server ") ||
           (line.starts_with("Connection to ") && line.find(" closed") != std::string_view::npos);
}

} // namespace

Outcome classify(int status, bool heard_hello, std::string_view ssh_errors) {
    if (heard_hello)
        return status == 0 ? Outcome::answered : Outcome::unknown;
    constexpr int cannot_execute = 126; // the login shell, about bash
    constexpr int not_found = 127;
    if (status == cannot_execute || status == not_found)
        return Outcome::no_bash;
    const auto all = base::lines(ssh_errors);
    const bool certain = status == 255 && std::any_of(all.begin(), all.end(), is_before_start) &&
                         std::none_of(all.begin(), all.end(), is_after_start);
    return certain ? Outcome::unreachable : Outcome::unknown;
}

std::string main_reason(std::string_view ssh_errors) {
    const auto all = base::lines(ssh_errors);
    for (auto line = all.rbegin(); line != all.rend(); ++line)
        if (!base::trim(*line).empty())
            return base::trim(*line);
    return "ssh printed no message";
}

Connection::Connection(base::Runner& runner, Destination destination,
                       std::filesystem::path socket_folder)
    : runner_(runner), destination_(std::move(destination)),
      socket_folder_(std::move(socket_folder)) {
    refuse_leading_dash(destination_.host, "cluster.host");
    refuse_leading_dash(destination_.username, "cluster.username");
}

std::vector<std::string> Connection::configuration_words() const {
    auto argv = ssh_words(destination_, {}, {});
    argv.insert(argv.begin() + 1, "-G");
    return argv;
}

void Connection::start_question() {
    if (destination_.host != "local" && !asked_)
        runner_.start_ahead({.argv = configuration_words()});
}

// Once; `-G` opens no connection. If the configuration sends ssh into the background, it refuses to
// print anything without a command.
void Connection::ask_configuration() {
    if (asked_)
        return;
    asked_ = true;
    auto argv = configuration_words();
    auto answer = runner_.run({.argv = argv});
    if (answer.err.find("Cannot fork into background") != std::string::npos) {
        const auto stay = {"-o", "ForkAfterAuthentication=no"};
        plain_.insert(plain_.end(), stay.begin(), stay.end());
        argv.insert(argv.begin() + 1, stay.begin(), stay.end());
        answer = runner_.run({.argv = argv});
    }
    const auto plain = plain_options(answer.out);
    plain_.insert(plain_.end(), plain.begin(), plain.end());
    if (!destination_.multiplex)
        return;
    sharing_ = sharing_in(answer.out);
    if (sharing_ == Sharing::own)
        base::make_private_folder(socket_folder_);
}

// ssh's, up to the host.
std::vector<std::string> Connection::words() {
    ask_configuration();
    return ssh_words(destination_, plain_, sharing_options(sharing_, socket_folder_));
}

std::vector<std::string> Connection::unattended_words() {
    ask_configuration();
    auto first = plain_;
    for (const auto* option : {"BatchMode=yes", "ControlMaster=no", "ControlPath=none"})
        first.insert(first.end(), {"-o", option});
    return ssh_words(destination_, first, {});
}

bool Connection::is_shared() {
    ask_configuration();
    return sharing_ == Sharing::own || sharing_ == Sharing::users;
}

// Constant, whatever the login shell is; everything else goes on standard input.
std::vector<std::string> Connection::bash_words() const {
    if (destination_.login_shell)
        return {"bash", "-l", "-s"};
    return {"bash", "-s"};
}

Connection::Reply Connection::execute(const Request& request) {
    base::Command command{.argv = {}, .effect = request.effect};
    if (destination_.host != "local")
        command.argv = words();
    const auto bash = bash_words();
    command.argv.insert(command.argv.end(), bash.begin(), bash.end());
    command.input.emplace_back(request.program);
    command.input.insert(command.input.end(), request.data.begin(), request.data.end());
    command.more_input = request.more_data;

    bool heard_hello = false;
    bool heard_bye = false;
    std::string other_shell;
    FrameReader reader(
        request.nonce,
        [&](const Frame& frame) {
            heard_hello = heard_hello || frame.verb == "hello";
            heard_bye = heard_bye || frame.verb == "bye";
            if (frame.verb == "shell")
                other_shell = frame.rest;
            else if (frame.verb != "bye")
                request.on_frame(frame);
        },
        request.on_data);
    command.on_output = [&reader](std::string_view bytes) { reader.feed(bytes); };
    // A process that the login started may hold the connection open for ever.
    command.is_over = [&] { return heard_bye || request.is_unwanted(); };
    const auto result = runner_.run(command);
    auto outcome = classify(result.status, heard_hello, result.err);
    if (heard_hello && heard_bye)
        outcome = Outcome::answered;
    else if (!heard_hello && !other_shell.empty())
        outcome = Outcome::no_bash;
    return {outcome, result.status, result.err, reader.noise(), other_shell};
}

std::vector<std::string> Connection::file_words(const std::string& file, bool has_terminal) {
    // In single quotes these mean something to csh, to fish, or to all of them.
    if (base::printable(file) != file || file.find_first_of("'\\!") != std::string::npos)
        throw Error(Exit::not_ready,
                    fmt::format("a terminal cannot be started by a file of this name: {}",
                                base::printable(file)))
            .hint("choose a `cluster.dir` without special characters");
    std::vector<std::string> all;
    const bool is_local = destination_.host == "local";
    if (!is_local) {
        all = words();
        if (has_terminal) { // which says at its end that it is closed
            std::replace(all.begin(), all.end(), std::string("-T"), std::string("-tt"));
            all.insert(all.begin() + 1, {"-o", "LogLevel=ERROR"});
        }
    }
    all.emplace_back("bash");
    if (destination_.login_shell)
        all.emplace_back("-l");
    all.push_back(is_local ? file : base::quote(file));
    return all;
}

std::vector<std::string> Connection::relay_words(const std::string& program) {
    auto all = words();
    all.insert(all.begin(), {program, relay_verb});
    const auto bash = bash_words();
    all.insert(all.end(), bash.begin(), bash.end());
    all.emplace_back(relay_end);
    return all;
}

} // namespace rdvc::transport
