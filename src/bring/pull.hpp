// Brings published experiments: their commits, their data, and last their refs.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "bring/experiments.hpp"
#include "remote/cluster.hpp"
#include "remote/lookup.hpp"
#include "remote/project.hpp"
#include "state/record.hpp"

namespace rdvc::bring {

/// What to do for the requested submissions, or for all.
struct Chosen {
    std::vector<Result> fresh; ///< not here yet
    std::vector<Result> here;  ///< here and requested by name: their data may be missing
};

/// Chooses those of `overview` that `targets` name, all without targets; of a sweep the tasks that
/// have a result. Throws Error (failed) for one that was requested by name and has no result.
Chosen choose(world::World& world, const remote::Project& project, const state::Overview& overview,
              const std::vector<remote::Target>& targets, bool no_data);

/// The outcome for some results. Those whose data did not arrive keep waiting, and are pulled
/// again.
struct Taken {
    std::vector<Result> results;
    bool whole = true; ///< false: the cluster no longer has all of their data
    std::optional<base::Error> failure = {};
};

using OnTaken = std::function<void(const std::vector<Result>& results)>;

/// Brings them with their data; `on_taken` gets each part that has arrived. Throws Error as fetch()
/// and bring_data() do.
Taken take(world::World& world, const remote::Project& project, remote::Cluster& cluster,
           const std::string& mirror_url, const Chosen& chosen, bool force,
           const OnTaken& on_taken);

/// Brings only their refs. Throws Error as fetch() does.
Taken take_refs(world::World& world, const remote::Project& project, remote::Cluster& cluster,
                const std::string& mirror_url, const Chosen& chosen, bool force);

} // namespace rdvc::bring
