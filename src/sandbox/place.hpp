// The sandbox of `rdvc sandbox`, a SLURM cluster on this machine: its folders, and how rdvc reaches
// it. Knows nothing of how it is started; that is bash, in `sandbox/`.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "world/world.hpp"

namespace rdvc::sandbox {

/// NAME of the [clusters.NAME] that it is, and of its host in ssh's configuration.
inline constexpr std::string_view name = "sandbox";

/// How the origin of its settings begins, as `rdvc config list --show-origin` shows it.
inline constexpr std::string_view origin = "rdvc sandbox";

struct Place {
    std::filesystem::path folder; ///< all that it has; absolute

    [[nodiscard]] std::filesystem::path program() const { return folder / "program" / "sandbox"; }
    [[nodiscard]] std::filesystem::path slurm() const { return folder / "slurm"; }
    [[nodiscard]] std::filesystem::path settings() const { return slurm() / "sandbox.conf"; }
    [[nodiscard]] std::filesystem::path ssh_config() const { return slurm() / "ssh_config"; }
    /// The user's home on it.
    [[nodiscard]] std::filesystem::path home() const { return slurm() / "cluster" / "home"; }
    /// The version of rdvc that has started it.
    [[nodiscard]] std::filesystem::path version() const { return folder / "version"; }
};

Place place_of(const world::World& world);

enum class State {
    down,
    up,   ///< started in this boot of the machine; its processes may have ended since
    stale ///< started before the machine was booted
};

/// `settings`: the file of that name, "" without one. `boot`: the boot's id, "" if unknown.
State state_of(std::string_view settings, std::string_view boot);

/// How it is on this machine.
State state_of(const Place& place);

/// The cluster that rdvc knows without a file of the user's.
config::BuiltIn as_cluster(const world::World& world);

/// Writes the scripts that the program carries, as far as they are not there yet. Throws Error
/// (not_ready) if that is not possible.
void unpack(const Place& place);

} // namespace rdvc::sandbox
