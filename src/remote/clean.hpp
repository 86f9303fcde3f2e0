// The request `clean`: what the cluster keeps is told, and what the laptop names is removed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "state/clean.hpp"

namespace rdvc::remote {

/// Reads the frames of an inventory one by one; what it does not know it passes over.
class InventoryReader {
  public:
    void add(const transport::Frame& frame);
    state::Inventory inventory;

  private:
    void add_tree(const std::string& line);
    void add_file(const std::string& line);
    std::vector<std::string> parents_; ///< of the next entry, as paths
    std::string mirror_;               ///< of the next ref
};

/// What became of a plan.
struct Cleaned {
    std::vector<state::Removal> removed;
    std::vector<state::KeptItem> kept;
    std::vector<std::string> failed;         ///< paths
    std::optional<std::string> squeue_words; ///< its message, if it did not answer
};

enum class Mode { measure, remove };

/// What the cluster keeps, of all projects. Throws Error as Cluster::ask does.
state::Inventory ask_inventory(Cluster& cluster);

/// Removes what the plan names, where the cluster still finds that it may go; or measures it alone.
/// What is younger than `older` seconds by then stays. Throws Error as Cluster::ask does.
Cleaned carry_out(Cluster& cluster, const state::CleanPlan& plan, std::int64_t older, Mode mode);

} // namespace rdvc::remote
