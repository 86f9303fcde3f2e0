#include "remote/limits.hpp"

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

namespace rdvc::remote {

namespace {

std::filesystem::path copy_file(const world::World& world, const Cluster& cluster) {
    return world.state_folder() / "limits" / base::short_hash(cluster.name());
}

} // namespace

void LimitsListener::take(const transport::Frame& frame) {
    if (frame.verb == "limits")
        text_ += frame.rest + "\n";
}

void LimitsListener::keep(const world::World& world, const Cluster& cluster) const {
    if (!limits().partitions.empty())
        base::write_file(copy_file(world, cluster), text_, base::Synced::no);
}

slurm::Limits ask_limits(const world::World& world, Cluster& cluster) {
    LimitsListener listener;
    cluster.ask("limits", {}, [&](const transport::Frame& frame) { listener.take(frame); });
    listener.keep(world, cluster);
    return listener.limits();
}

std::optional<KnownLimits> known_limits(const world::World& world, const Cluster& cluster) {
    constexpr std::int64_t day = 86'400; // seconds
    const auto file = copy_file(world, cluster);
    const auto age = base::age_of(file);
    // A copy from the future says nothing about its age.
    if (!age || *age < 0 || *age > day)
        return std::nullopt;
    try {
        const auto text = base::read_file(file);
        return text ? std::optional(KnownLimits{slurm::parse_limits(*text), *age}) : std::nullopt;
    } catch (const base::Error&) { // an unreadable copy is none
        return std::nullopt;
    }
}

} // namespace rdvc::remote
