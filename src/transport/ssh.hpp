// How a request reaches the cluster: OpenSSH as the user set it up, with one connection kept open.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/process.hpp"
#include "transport/frames.hpp"

namespace rdvc::transport {

/// Where the cluster is and how to get there.
struct Destination {
    std::string host; ///< "local": no ssh
    std::string username;
    std::vector<std::string> ssh_options;
    bool multiplex = true;
    bool login_shell = false;
};

/// Options that make ssh share one connection: none if the user's own configuration has a
/// ControlPath for this host or `multiplex` is off. `ssh_config` is what `ssh -G` printed. Keys are
/// in lower case. `folder` holds the socket; its path must be short (a socket's path has less than
/// 104 bytes on macOS).
std::vector<std::string> multiplex_options(const Destination& destination,
                                           std::string_view ssh_config,
                                           const std::filesystem::path& folder);

/// The words before the remote command: `ssh OPTIONS -- HOST`.
std::vector<std::string> ssh_words(const Destination& destination,
                                   const std::vector<std::string>& multiplex);

/// How one execution ended.
enum class Outcome {
    answered,    ///< the request ran to its last word
    unreachable, ///< it certainly did not start: no connection
    no_bash,     ///< it certainly did not start: the login shell found no bash to run it
    unknown,     ///< it may have started; the answer is not whole
};

/// What ssh's exit status and words mean. Only failures before the remote command is started count
/// as `unreachable`.
Outcome classify(int status, bool heard_hello, std::string_view ssh_errors);

/// One line for the user out of ssh's words on standard error.
std::string main_reason(std::string_view ssh_errors);

class Connection {
  public:
    /// Throws Error (configuration) for a host or user name that ssh would take as an option.
    Connection(base::Runner& runner, Destination destination, std::filesystem::path socket_folder);

    struct Request {
        std::string nonce;
        std::string program; ///< for `bash -s`
        std::vector<std::variant<std::string, std::filesystem::path>> data;
        base::Effect effect = base::Effect::reads;
        std::function<void(const Frame&)> on_frame;
        std::function<void(std::string_view)> on_data = [](std::string_view) {};
    };
    struct Reply {
        Outcome outcome = Outcome::answered;
        int status = 0;
        std::string errors; ///< standard error of ssh and of the other side
    };

    /// Runs one request in one ssh execution.
    Reply execute(const Request& request);

    /// For GIT_SSH_COMMAND: the words of ssh before the host, quoted for a shell.
    [[nodiscard]] std::string git_ssh_command();

    /// True if an execution uses the connection of an earlier one: the user's own, or one of ours.
    [[nodiscard]] bool is_shared() const { return destination_.multiplex; }

    [[nodiscard]] const Destination& destination() const { return destination_; }

  private:
    const std::vector<std::string>& multiplex();

    base::Runner& runner_;
    Destination destination_;
    std::filesystem::path socket_folder_;
    std::vector<std::string> multiplex_;
    bool asked_ = false;
};

} // namespace rdvc::transport
