// The request `clean`, of `rdvc clean` and `rdvc env`: the cluster lists what it keeps, and removes
// what the laptop names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "state/clean.hpp"

namespace rdvc::remote {

/// Reads the frames of an inventory one by one; ignores unknown ones.
class InventoryReader {
  public:
    void add(const transport::Frame& frame);
    state::Inventory inventory;

  private:
    void add_tree(const std::string& line);
    void add_file(const std::string& line);
    std::vector<std::string> parents_; ///< the path of the last entry on each level
    std::string mirror_;               ///< the mirror of the next ref
};

/// The outcome of a plan.
struct Cleaned {
    std::vector<state::Removal> removed;
    std::vector<state::KeptItem> kept;
    std::vector<std::string> failed;         ///< paths
    std::optional<std::string> squeue_words; ///< squeue's message, if it did not answer
};

enum class Mode { measure, remove };

/// What rdvc's folder on the cluster contains, for all projects; or only the environments of a
/// `project` (PROJECT in their paths), with more about them. Throws Error as Cluster::ask does.
state::Inventory ask_inventory(Cluster& cluster, const std::string& project = "");

/// Removes the plan's items, or only measures them. The cluster keeps an item that may no longer
/// go, or that is younger than `older` seconds by then. `project`: as for ask_inventory. Throws
/// Error as Cluster::ask does.
Cleaned carry_out(Cluster& cluster, const state::CleanPlan& plan, std::int64_t older, Mode mode,
                  const std::string& project = "");

} // namespace rdvc::remote
