// What commands about one submission begin with: how it is named, and where it is.
#pragma once

#include <string>

#include "cli/options.hpp"
#include "remote/cluster.hpp"
#include "remote/project.hpp"
#include "world/world.hpp"

namespace rdvc::commands {

/// What is meant where no submission is named.
enum class Unnamed { newest, all };

class OneSubmission {
  public:
    explicit OneSubmission(Unnamed unnamed = Unnamed::newest) : unnamed_(unnamed) {}

    /// The word SUBMISSION, and `--cluster`.
    void add_to(cli::Options& options);

    /// The project that asks, its cluster, and the submission there.
    struct Place {
        Place(world::World& world, const OneSubmission& one);

        remote::Project project;
        remote::Cluster cluster;
        std::string token; ///< "" for all
    };
    /// Throws Error, as open_project() and find_submission() do. After the options are parsed.
    [[nodiscard]] Place find(world::World& world) const { return {world, *this}; }

  private:
    Unnamed unnamed_;
    std::string submission_;
    std::string cluster_;
};

} // namespace rdvc::commands
