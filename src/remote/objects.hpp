// Moves objects of DVC's cache between this laptop and the cluster, over the same connection, as
// tar streams. An object is named by its content, so only missing ones travel, and an
// interrupted transfer continues where it stopped. Nothing enters a cache before its content was
// compared with its name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "remote/outgoing.hpp"
#include "remote/project.hpp"

namespace rdvc::remote {

struct Object {
    std::string name;                  ///< its place in a cache
    std::string label;                 ///< what the user calls it: a path in the work tree
    std::optional<std::uint64_t> size; ///< bytes; nothing if unknown
    std::string source;                ///< a local file with that content; empty if there is none.
                                       ///< No fs::path, which takes 500 bytes; there are many
};

/// Everything has arrived except what is damaged in the cluster's cache; trying again would not
/// help.
struct DamagedData : base::Error {
    using base::Error::Error;
};

class Transfer {
  public:
    Transfer(world::World& world, const config::Config& config, Cluster& cluster);

    /// What the cluster's cache reports about some objects.
    struct CacheState {
        std::set<std::string> lacking;                ///< names of the objects that it lacks
        std::string cache;                            ///< its folder
        std::uint64_t free = 0;                       ///< bytes
        std::map<std::string, std::uint64_t> partial; ///< bytes of incomplete objects, by name
    };
    CacheState ask(const std::vector<Object>& objects) { return ask("ask", objects); }

    /// Sends those of `objects` that the cluster lacks, and checks what arrived. Throws Error:
    /// not_ready (an object that is nowhere, one that is damaged here, no space there), unreachable
    /// (the connection broke off; a second call continues where it stopped), failed.
    void send(const std::vector<Object>& objects);

    /// Brings those of `objects` that `cache` lacks and the cluster has. Returns those that the
    /// cluster does not have. Accepts no damaged object. Throws Error: unreachable, failed.
    std::vector<Object> bring(const std::vector<Object>& objects,
                              const std::filesystem::path& cache);

    /// Throws DamagedData if an object that should have come is damaged on the cluster.
    void refuse_damaged() const;

  private:
    CacheState ask(const std::string& action, const std::vector<Object>& objects);
    void check_sources(const std::vector<Object>& objects, const std::set<std::string>& damaged);
    [[nodiscard]] std::vector<Outgoing> outgoing(const std::vector<Object>& objects,
                                                 const CacheState& answer) const;
    [[nodiscard]] script::Variables variables() const;

    world::World& world_;
    Cluster& cluster_;
    std::string cache_;
    bool group_;
    std::vector<std::string> damaged_; ///< labels and paths on the cluster
    std::string laptop_;               ///< names this laptop among those that use the cluster
};

} // namespace rdvc::remote
