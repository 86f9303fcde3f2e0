// The limits of a cluster. Commands that ask the cluster for them keep a copy on this laptop, for
// those that must not ask.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/config.hpp"
#include "remote/cluster.hpp"
#include "slurm/limits.hpp"
#include "world/world.hpp"

namespace rdvc::remote {

/// Asks the cluster. Throws Error as Cluster::ask.
slurm::Limits ask_limits(Cluster& cluster);

/// Collects the lines `limits ...` of an answer that also has others.
class LimitsListener {
  public:
    void take(const transport::Frame& frame);
    /// Keeps what was told on this laptop, unless it is nothing: then the copy stays as it is.
    void keep(const Cluster& cluster) const;

    /// True if the cluster has told anything.
    [[nodiscard]] bool has_answer() const { return !text_.empty(); }
    [[nodiscard]] slurm::Limits limits() const { return slurm::parse_limits(text_); }

  private:
    std::string text_;
};

struct KnownLimits {
    slurm::Limits limits;
    std::int64_t age; ///< seconds since the cluster told them
};

/// The copy; nothing if there is none that is at most a day old.
std::optional<KnownLimits> known_limits(const Cluster& cluster);

} // namespace rdvc::remote
