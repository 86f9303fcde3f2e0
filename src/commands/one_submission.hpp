// The options of commands about one submission, and the search for that submission.
#pragma once

#include <string>

#include "cli/options.hpp"
#include "remote/cluster.hpp"
#include "remote/lookup.hpp"
#include "remote/project.hpp"
#include "world/world.hpp"

namespace rdvc::commands {

/// What a command means if the user names no submission.
enum class Unnamed { newest, all };

class OneSubmission {
  public:
    explicit OneSubmission(Unnamed unnamed = Unnamed::newest) : unnamed_(unnamed) {}

    /// Adds the word SUBMISSION and `--cluster`.
    void add_to(cli::Options& options);

    /// True if the user names one.
    [[nodiscard]] bool is_named() const { return !submission_.empty(); }
    /// Its name, as the user gives it.
    [[nodiscard]] const std::string& word() const { return submission_; }
    /// The value of `--cluster`.
    [[nodiscard]] const std::string& cluster() const { return cluster_; }

    /// The user's project, its cluster, and the submission there.
    struct Place {
        Place(world::World& world, const OneSubmission& one);

        remote::Project project;
        remote::Cluster cluster;
        remote::Target target; ///< its token is "" for all
        std::string token;     ///< the target's
        std::string task;      ///< its task's number, for requests
    };
    /// Finds them; call it after the options are parsed. Throws Error as open_project() and
    /// find_submission() do.
    [[nodiscard]] Place find(world::World& world) const { return {world, *this}; }

  private:
    Unnamed unnamed_;
    std::string submission_;
    std::string cluster_;
};

} // namespace rdvc::commands
