#include "transport/ssh.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/quote.hpp"
#include "base/text.hpp"

namespace rdvc::transport {

using base::Error;
using base::Exit;

namespace {

void refuse_leading_dash(const std::string& value, std::string_view key) {
    if (value.starts_with("-"))
        throw Error(Exit::configuration,
                    fmt::format("`{}` starts with `-`: ssh would take it as an option", value))
            .context(fmt::format("it is the value of `{}`", key));
}

} // namespace

std::vector<std::string> multiplex_options(const Destination& destination,
                                           std::string_view ssh_config,
                                           const std::filesystem::path& folder) {
    if (!destination.multiplex)
        return {"-o", "ControlPath=none"};
    for (const auto& line : base::lines(ssh_config))
        if (line.starts_with("controlpath ") && line != "controlpath none")
            return {};
    return {"-o", "ControlMaster=auto",
            "-o", "ControlPersist=300",
            "-o", "ControlPath=" + (folder / "%C").string()};
}

std::vector<std::string> ssh_words(const Destination& destination,
                                   const std::vector<std::string>& multiplex) {
    std::vector<std::string> words = {"ssh", "-T"};
    words.insert(words.end(), destination.ssh_options.begin(), destination.ssh_options.end());
    words.insert(words.end(), multiplex.begin(), multiplex.end());
    if (!destination.username.empty())
        words.insert(words.end(), {"-l", destination.username});
    words.insert(words.end(), {"--", destination.host});
    return words;
}

namespace {

// ssh's own words for failures before the remote command is started, as whole lines begin.
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
    });
    const bool known = std::any_of(starts.begin(), starts.end(),
                                   [&](std::string_view start) { return line.starts_with(start); });
    // "USER@HOST: Permission denied (publickey).", "Received disconnect from ...: Too many ..."
    const bool denied = line.find('@') != std::string_view::npos &&
                        line.find(": Permission denied (") != std::string_view::npos;
    const bool disconnected = line.starts_with("Received disconnect from ") &&
                              line.ends_with("Too many authentication failures");
    // "FILE: line N: Bad configuration option: ..."
    const bool configuration = line.find(": Bad configuration option: ") != std::string_view::npos;
    return known || denied || disconnected || configuration;
}

// ssh's words for a session that broke off.
bool is_after_start(std::string_view line) {
    return line.starts_with("client_loop: ") || line.starts_with("Read from remote host ") ||
           line.starts_with("Timeout, server ") ||
           (line.starts_with("Connection to ") && line.find(" closed") != std::string_view::npos);
}

} // namespace

Outcome classify(int status, bool heard_hello, std::string_view ssh_errors) {
    if (heard_hello)
        return status == 0 ? Outcome::answered : Outcome::unknown;
    constexpr int cannot_execute = 126; // the login shell's word for bash
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
    return "ssh says nothing more";
}

Connection::Connection(base::Runner& runner, Destination destination,
                       std::filesystem::path socket_folder)
    : runner_(runner), destination_(std::move(destination)),
      socket_folder_(std::move(socket_folder)) {
    refuse_leading_dash(destination_.host, "cluster.host");
    refuse_leading_dash(destination_.username, "cluster.username");
}

// Asks ssh's own configuration once; `-G` opens no connection.
const std::vector<std::string>& Connection::multiplex() {
    if (!asked_) {
        std::string ssh_config;
        if (destination_.multiplex) {
            auto argv = ssh_words(destination_, {});
            argv.insert(argv.begin() + 1, "-G");
            ssh_config = runner_.run({.argv = argv}).out;
            base::make_private_folder(socket_folder_);
        }
        multiplex_ = multiplex_options(destination_, ssh_config, socket_folder_);
        asked_ = true;
    }
    return multiplex_;
}

Connection::Reply Connection::execute(const Request& request) {
    base::Command command{.argv = {}, .effect = request.effect};
    if (destination_.host != "local")
        command.argv = ssh_words(destination_, multiplex());
    // A constant word list, whatever the login shell is; all else goes on standard input.
    command.argv.emplace_back("bash");
    if (destination_.login_shell)
        command.argv.emplace_back("-l");
    command.argv.emplace_back("-s");
    command.input.emplace_back(request.program);
    command.input.insert(command.input.end(), request.data.begin(), request.data.end());

    bool heard_hello = false;
    FrameReader reader(
        request.nonce,
        [&](const Frame& frame) {
            heard_hello = heard_hello || frame.verb == "hello";
            request.on_frame(frame);
        },
        request.on_data);
    command.on_output = [&reader](std::string_view bytes) { reader.feed(bytes); };
    const auto result = runner_.run(command);
    return {classify(result.status, heard_hello, result.err), result.status, result.err};
}

std::string Connection::git_ssh_command() {
    auto words = ssh_words(destination_, multiplex());
    words.resize(words.size() - 2); // without `-- HOST`, which git adds
    return base::quote_all(words);
}

} // namespace rdvc::transport
