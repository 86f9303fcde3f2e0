#include "remote/limits.hpp"

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

namespace rdvc::remote {

void LimitsListener::take(const transport::Frame& frame) {
    if (frame.verb == "limits")
        text_ += frame.rest + "\n";
}

void LimitsListener::keep(const Cluster& cluster) const {
    if (!limits().partitions.empty())
        base::write_file(cluster.limits_file(), text_, base::Synced::no);
}

slurm::Limits ask_limits(Cluster& cluster) {
    LimitsListener listener;
    cluster.ask("limits", {}, [&](const transport::Frame& frame) { listener.take(frame); });
    listener.keep(cluster);
    return listener.limits();
}

std::optional<KnownLimits> known_limits(const Cluster& cluster) {
    constexpr std::int64_t day = 86'400; // seconds
    const auto file = cluster.limits_file();
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
