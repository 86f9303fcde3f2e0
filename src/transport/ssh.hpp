// How a request reaches the cluster: OpenSSH as the user has configured it, with one connection
// kept open.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/process.hpp"
#include "transport/frames.hpp"
#include "transport/ssh_config.hpp"

namespace rdvc::transport {

/// Where the cluster is and how to get there.
struct Destination {
    std::string host; ///< "local": no ssh
    std::string username;
    std::vector<std::string> ssh_options;
    bool multiplex = true;
    bool login_shell = false;
};

/// The words before the remote command: `ssh OPTIONS -- HOST`. `first` come before the user's own
/// options, because ssh uses the first value that it gets.
std::vector<std::string> ssh_words(const Destination& destination,
                                   const std::vector<std::string>& first,
                                   const std::vector<std::string>& last);

/// How one execution ended.
enum class Outcome {
    answered,    ///< the request ran to its last word
    unreachable, ///< it certainly did not start: no connection
    no_bash,     ///< it certainly did not start: the login shell found no bash to run it
    unknown,     ///< it may have started; the answer is incomplete
};

/// What ssh's exit status and messages mean. Only failures before the remote command is started
/// count as `unreachable`.
Outcome classify(int status, bool heard_hello, std::string_view ssh_errors);

/// One line for the user from ssh's messages on standard error.
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
        std::function<std::optional<base::Input>()> more_data = {}; ///< what follows `data`
        std::function<bool()> is_unwanted = [] { return false; };   ///< once true, ssh is ended
    };
    struct Reply {
        Outcome outcome = Outcome::answered;
        int status = 0;
        std::string errors;      ///< standard error of ssh and of the other side
        std::string noise = {};  ///< the first line that the login printed on standard output
        std::string shell = {};  ///< what the request reached instead of bash, if it could say
        std::string advice = {}; ///< what to do if it is unreachable; "": `ssh HOST true`
    };

    /// Runs one request in one ssh execution.
    Reply execute(const Request& request);

    /// The command that git and rsync may call instead of ssh: `program`, which is rdvc itself, as
    /// a relay.
    [[nodiscard]] std::vector<std::string> relay_words(const std::string& program);

    /// ssh's words for a new connection that shares none and asks nobody anything.
    [[nodiscard]] std::vector<std::string> unattended_words();
    /// Runs `bash FILE` there with the streams of whoever calls it, and in a terminal if so asked.
    /// Throws Error (not_ready) for a name that not every login shell takes.
    [[nodiscard]] std::vector<std::string> file_words(const std::string& file, bool has_terminal);

    /// True if an execution uses an open connection: the user's own, or one of ours.
    [[nodiscard]] bool is_shared();

    [[nodiscard]] const Destination& destination() const { return destination_; }

    /// Starts at once what the first use of the connection asks of ssh's configuration.
    void start_question();

  private:
    [[nodiscard]] std::vector<std::string> configuration_words() const;
    void ask_configuration();
    std::vector<std::string> words();
    [[nodiscard]] std::vector<std::string> bash_words() const;

    base::Runner& runner_;
    Destination destination_;
    std::filesystem::path socket_folder_;
    bool asked_ = false;
    std::vector<std::string> plain_; ///< as plain_options
    Sharing sharing_ = Sharing::none;
};

} // namespace rdvc::transport
