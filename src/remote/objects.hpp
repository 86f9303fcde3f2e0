// Moves objects of DVC's cache between this laptop and the cluster, over the same connection, as
// tar streams or with rsync. An object is named by its content, so only missing ones travel, and an
// interrupted transfer continues where it stopped. Nothing enters a cache before its content was
// compared with its name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "remote/project.hpp"

namespace rdvc::remote {

struct Object {
    std::string name;                  ///< its place in a cache
    std::string label;                 ///< what the user calls it: a path in the work tree
    std::optional<std::uint64_t> size; ///< bytes; nothing if unknown
    std::filesystem::path source;      ///< a local file with that content; empty if there is none
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
        std::set<std::string> lacking; ///< names of the objects that it lacks
        std::string cache;             ///< its folder
        std::string incoming;          ///< the folder for objects of this laptop
        std::uint64_t free = 0;        ///< bytes
        std::uint64_t partial = 0; ///< bytes that a transfer left there before it was interrupted
        std::uint64_t size = 0;    ///< bytes of the objects that it has
        std::string rsync;         ///< the program there; "" if there is none
    };
    CacheState ask(const std::vector<Object>& objects);

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
    using Names = std::vector<std::string>;

    std::set<std::string> take();
    void check_sources(const std::vector<Object>& objects, const std::set<std::string>& damaged);
    void push(const std::vector<Object>& objects, const CacheState& answer);
    void push_by_rsync(const std::vector<Object>& objects, const CacheState& answer);
    void fetch_by_tar(const Names& names, const std::filesystem::path& incoming);
    [[nodiscard]] script::Variables variables(const std::string& action) const;

    world::World& world_;
    Cluster& cluster_;
    std::string cache_;
    bool group_;
    std::vector<std::string> damaged_; ///< labels and paths on the cluster
    std::string laptop_;               ///< names this laptop among those that use the cluster
    std::string transfer_;             ///< names this transfer among the laptop's
};

} // namespace rdvc::remote
