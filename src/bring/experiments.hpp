// Refs of published experiments: where they are on the other side, and how they are fetched.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "bring/data.hpp"
#include "remote/cluster.hpp"
#include "remote/lookup.hpp"
#include "remote/project.hpp"
#include "remote/status.hpp"
#include "state/state.hpp"
#include "world/world.hpp"

namespace rdvc::bring {

/// An experiment that a job has published.
struct Result {
    std::string name;
    std::string ref;
    std::string commit;
    bool from_origin = false;
    bool over_ssh = false; ///< its data is in the cluster's cache, on no DVC remote

    /// Where its commit is until its data has come.
    [[nodiscard]] std::string waiting_ref() const {
        return std::string(pulled_refs) + "/" + commit;
    }
};

/// Refs of this repository. About many it asks git once, about a few once for each.
class RefsHere {
  public:
    /// `folder` has all refs that it will be asked about, `count` of them.
    RefsHere(world::World& world, const remote::Project& project, const std::string& folder,
             std::size_t count);

    /// The commit of `ref`; "" if there is no such ref.
    [[nodiscard]] std::string commit(const std::string& ref) const;
    [[nodiscard]] bool has(const std::string& ref) const;

  private:
    world::World& world_;
    const remote::Project& project_;
    std::optional<std::map<std::string, std::string>> all_;
};

/// The experiment of a submission; nothing if it has published none, or names something that cannot
/// be a ref and a commit. `has_remote`: the project has a DVC remote.
std::optional<Result> published(const state::Record& record, bool has_remote);

/// Which ref is written for a result.
using Refspec = std::string (*)(const Result& result);

/// The experiment's own ref.
std::string in_place(const Result& result);
/// The ref under which its commit waits for its data.
std::string to_wait(const Result& result);

/// What git fetched of some results; the failure of one does not block others.
struct Fetched {
    std::vector<Result> results;
    std::optional<base::Error> failure = {};
};

/// Fetches from the mirror or from origin. Warns about results that they no longer have. Throws
/// Error (failed) if git fetched none.
Fetched fetch(world::World& world, remote::Cluster& cluster, const remote::Project& project,
              const std::string& mirror_url, const std::vector<Result>& results, Refspec refspec,
              bool force);

/// Moves results from their waiting refs to their own refs. Returns those that succeeded: another
/// experiment may have the name. Throws Error (failed) as fetch().
std::vector<Result> put_refs(world::World& world, remote::Cluster& cluster,
                             const remote::Project& project, const std::vector<Result>& results,
                             bool force);

/// Removes the refs under which they waited: none of their data is missing, or nobody has it.
void end_waiting(world::World& world, const remote::Project& project,
                 const std::vector<Result>& results);

} // namespace rdvc::bring
