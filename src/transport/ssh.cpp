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

void refuse_option(const std::string& value, std::string_view key) {
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
    refuse_option(destination.host, "cluster.host");
    refuse_option(destination.username, "cluster.username");
    std::vector<std::string> words = {"ssh", "-T"};
    words.insert(words.end(), destination.ssh_options.begin(), destination.ssh_options.end());
    words.insert(words.end(), multiplex.begin(), multiplex.end());
    if (!destination.username.empty())
        words.insert(words.end(), {"-l", destination.username});
    words.insert(words.end(), {"--", destination.host});
    return words;
}

Outcome classify(int status, bool heard_hello, std::string_view ssh_errors) {
    // ssh's own failures, as OpenSSH words them, that come before the remote command is started.
    constexpr std::array<std::string_view, 14> before = {
        "Could not resolve hostname",  "Connection refused",
        "Connection timed out",        "No route to host",
        "Network is unreachable",      "Host key verification failed",
        "Permission denied",           "Too many authentication failures",
        "Operation timed out",         "Connection closed by",
        "kex_exchange_identification", "Bad configuration option",
        "Can't open user config file", "no matching host key"};
    if (heard_hello)
        return status == 0 ? Outcome::answered : Outcome::unknown;
    const bool is_before = std::any_of(before.begin(), before.end(), [&](std::string_view words) {
        return ssh_errors.find(words) != std::string_view::npos;
    });
    return status == 255 && is_before ? Outcome::unreachable : Outcome::unknown;
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
      socket_folder_(std::move(socket_folder)) {}

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
