// The login node of the cluster: one ssh execution per request, and git over the same connection.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "config/config.hpp"
#include "ledger/ledger.hpp"
#include "script/render.hpp"
#include "transport/ssh.hpp"
#include "world/world.hpp"

namespace rdvc::remote {

/// The login node of a cluster.
class Cluster {
  public:
    /// Throws Error (configuration) if no host is configured.
    Cluster(world::World& world, const config::Config& config);

    using Data = std::vector<std::variant<std::string, std::filesystem::path>>;
    using OnFrame = std::function<void(const transport::Frame&)>;
    using OnData = std::function<void(std::string_view)>;
    using MoreData = std::function<std::optional<base::Input>()>; ///< what follows Data

    /// Runs a request that only reads. Throws Error: unreachable; unknown if the answer is cut off;
    /// and the error of a `refused` frame.
    void ask(
        std::string_view request, script::Variables variables, const OnFrame& on_frame,
        const OnData& on_data = [](std::string_view) {}, const Data& data = {},
        const MoreData& more = {});

    /// The same for a request that may take hours: if the connection is lost, it reconnects for up
    /// to ten minutes. `variables` is called for each connection.
    void ask_until_answered(
        const world::Console& console, std::string_view request,
        const std::function<script::Variables()>& variables, const OnFrame& on_frame,
        const OnData& on_data = [](std::string_view) {});

    /// Runs a request and leaves errors to the caller. `nonce` marks the answer. The request also
    /// asks what became of submissions whose answer never arrived; their outcomes are recorded and
    /// reported. The request's own text travels if the cluster is not known to have it, or says
    /// that it does not.
    transport::Connection::Reply execute(
        std::string_view request, script::Variables variables, const std::string& nonce,
        const Data& data, base::Effect effect, const OnFrame& on_frame,
        const OnData& on_data = [](std::string_view) {}, const MoreData& more = {});

    /// Host, with the user name if configured: the ledger's name for it.
    [[nodiscard]] std::string name() const;
    /// The URL of a folder there, for git. `absolute` is a path on the cluster.
    [[nodiscard]] std::string url(const std::string& absolute) const;
    /// For git, which calls rdvc instead of ssh.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> git_environment();
    /// For rsync's `-e`, likewise.
    [[nodiscard]] std::string rsync_shell();
    /// `git fetch` of `refspecs` from `source`, a url() or a remote of the repository `top`;
    /// fetches nothing else.
    base::Command fetch(const std::string& source, const std::vector<std::string>& refspecs,
                        const std::filesystem::path& top);
    /// `git push` of `refspecs` to a url() from the repository `top`; runs no hook and pushes
    /// nothing else.
    base::Command push(const std::string& url, const std::vector<std::string>& refspecs,
                       const std::filesystem::path& top);
    /// Whether somebody logs in without a password or a second factor: nothing if so, else ssh's
    /// reason.
    std::optional<std::string> reason_to_ask();
    /// `bash FILE` there, with this process's own streams; in a terminal, if so asked, for which
    /// the standard input must be one. Throws Error (not_ready) for a name that not every login
    /// shell takes.
    base::Command run_file(const std::string& file, bool has_terminal);
    /// True if several ssh executions share one connection.
    [[nodiscard]] bool shares_connection() { return is_local() || connection_.is_shared(); }
    [[nodiscard]] bool is_local() const { return connection_.destination().host == "local"; }

    /// From now on a request ends, with world::OutputClosed, as soon as nobody reads the command's
    /// data any longer.
    void end_when_unread() { ends_when_unread_ = true; }

    /// Starts at once what the first request asks of ssh's configuration; nothing connects.
    void start_question() { connection_.start_question(); }

    /// Where this laptop keeps what it has been told of a project's submissions here.
    [[nodiscard]] std::filesystem::path told_file(const std::string& mirror) const;

    /// Where this laptop keeps what the cluster has and allows. What `cluster.prepare` loads
    /// decides which SLURM that is.
    [[nodiscard]] std::filesystem::path limits_file() const;
    /// The setting job.stalled_after.
    [[nodiscard]] std::uint32_t stalled_after() const { return stalled_after_; }

  private:
    [[nodiscard]] std::vector<ledger::Record> open_submissions() const;
    [[nodiscard]] bool is_unread() const { return ends_when_unread_ && world_.console.is_closed(); }
    [[nodiscard]] std::filesystem::path texts_file() const;
    [[nodiscard]] std::string text_line(const std::string& hash) const;
    [[nodiscard]] bool keeps_text(const std::string& hash) const;
    void note_text(const std::string& hash) const;
    void settle(std::vector<ledger::Record>& open, const transport::Frame& frame);
    void explain_sandbox(transport::Connection::Reply& reply) const;

    world::World& world_;
    transport::Connection connection_;
    std::string dir_;
    std::string prepare_;
    std::uint32_t poll_;
    bool ends_when_unread_ = false;
    std::uint32_t stalled_after_;
    bool is_sandbox_; ///< that of `rdvc sandbox`
};

/// True for `submitted JOB ...`, sbatch's success. If something else is in the job's place, it is
/// not an answer, and the outcome stays unknown.
bool is_submitted(const transport::Frame& frame);

/// The Error for a connection that failed or broke.
base::Error connection_error(const std::string& cluster, const transport::Connection::Reply& reply);

ledger::Ledger open_ledger(const world::World& world);

/// Now, as ISO 8601 in UTC.
std::string timestamp();

} // namespace rdvc::remote
