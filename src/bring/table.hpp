// What `rdvc table` shows: asked from the cluster and put together with what the laptop knows.
#pragma once

#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "remote/lookup.hpp"
#include "remote/project.hpp"
#include "table/plot.hpp"
#include "table/table.hpp"
#include "table/write.hpp"
#include "world/world.hpp"

namespace rdvc::bring {

struct TableAnswer {
    table::Table table;
    table::PlotsOf plots;
    table::Submission submission;
    std::string summary;                 ///< how many tasks are in which state
    bool is_known = true;                ///< to the cluster
    bool has_ended = true;               ///< all of it
    std::vector<std::string> unreadable; ///< metrics, as `FILE of task N`
    std::vector<std::string> large;
    bool is_damaged = false; ///< some of the answer was no live file
};

/// One request; `plots` are the tasks whose plots are wanted, or `all`.
TableAnswer ask_for_table(world::World& world, const remote::Project& project,
                          remote::Cluster& cluster, const remote::Target& target,
                          const std::vector<std::string>& plots);

/// Says what is missing in the table, and why.
void tell_gaps(const world::Console& console, const TableAnswer& answer);

} // namespace rdvc::bring
