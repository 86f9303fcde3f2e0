// What was submitted from this laptop: an append-only file of JSON lines, and each script in full.
// Written and synced before ssh starts, so that no crash leaves an unknown job.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.hpp"

namespace rdvc::ledger {

enum class State {
    intent,      ///< recorded; ssh may or may not have run
    submitted,   ///< the cluster answered with a job id
    refused,     ///< the cluster answered that there is no job
    unconfirmed, ///< the answer did not arrive
    built        ///< nothing comes back: an environment built on the login node, a shell
};

/// Something that a cluster has after a submission.
struct Stored {
    std::string place;    ///< a mirror's name, or `functions`
    std::string object;   ///< the commit, with all that it needs; or the functions' hash
    std::string boundary; ///< where the history ends there; "": nowhere, it is complete

    bool operator==(const Stored&) const = default;
};

struct Record {
    std::string token;
    std::string time;    ///< ISO 8601, UTC
    std::string cluster; ///< host, with user name where given
    std::string mirror;
    std::string name; ///< of the experiment
    std::string commit;
    std::string job; ///< empty until submitted
    State state = State::intent;
    std::vector<Stored> stored = {}; ///< what the cluster has once this is submitted
    bool resent = false; ///< everything was sent again: earlier beliefs about their places are void
    std::string dir = {};                ///< rdvc's folder on the cluster, as configured
    std::vector<std::string> words = {}; ///< after `rdvc run`
    /// For a command: where its files may go, from the work tree's root. Nothing: not known.
    std::optional<std::vector<std::string>> outputs = {};
    unsigned tasks = 0; ///< of a sweep; 0 if it is not one
    std::vector<std::string> earlier_jobs =
        {};               ///< of attempts before the newest, as read() finds them
    std::size_t line = 0; ///< where read() finds the newest attempt: the higher, the later

    /// Its outcome is not known.
    [[nodiscard]] bool is_open() const {
        return state == State::intent || state == State::unconfirmed;
    }
    /// It is certain that there is no job.
    [[nodiscard]] bool has_no_job() const {
        return state == State::refused || state == State::built;
    }
};

class Ledger {
  public:
    /// `folder`: $XDG_STATE_HOME/rdvc. Reads and creates nothing yet.
    explicit Ledger(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// The process that is about to send a submission holds it: an open submission that is not held
    /// was abandoned by a process that was killed or lost its connection. Null if another process
    /// holds it. Throws Error.
    [[nodiscard]] std::unique_ptr<base::FileLock> hold(const std::string& token) const;

    /// Writes down a new submission and its script, synced; with what decides its environment,
    /// where that is new to its cluster, and the tasks of a sweep. Throws Error.
    void intend(const Record& record, std::string_view script, std::string_view environment = "",
                std::string_view tasks = "");
    /// Records its outcome. Throws Error.
    void conclude(const Record& record);

    /// All submissions, oldest first, each with its newest state. Unreadable lines (torn by a
    /// crash) are skipped.
    [[nodiscard]] std::vector<Record> read() const;

    /// The kept script, or nothing.
    [[nodiscard]] std::optional<std::string> script(const std::string& token) const;
    /// The kept tasks of a sweep, or nothing.
    [[nodiscard]] std::optional<std::string> tasks(const std::string& token) const;
    /// What decides its environment, or nothing.
    [[nodiscard]] std::optional<std::string> environment(const std::string& token) const;

  private:
    std::filesystem::path folder_;
};

/// `records` in the order of their newest attempts, oldest first.
std::vector<Record> by_attempt(std::vector<Record> records);

/// What a cluster is believed to have, from its latest submissions, newest first; at most 16 per
/// place.
std::vector<Stored> believed_stored(const std::vector<Record>& records, std::string_view cluster);

} // namespace rdvc::ledger
