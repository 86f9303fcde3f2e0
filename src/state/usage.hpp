// What a job used of what it had asked SLURM for, and what to ask for next time. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rdvc::state {

/// What a job, or a task of a pack, measured of itself (`job/lib/usage.sh`). Nothing: not known.
struct Usage {
    std::optional<double> seconds;
    std::optional<double> cpu_seconds;         ///< of the experiment or command, without the set-up
    std::optional<double> cpus;                ///< the same, on average
    std::optional<std::uint64_t> peak_kib;     ///< with the page cache
    std::optional<std::uint64_t> sampled_kib;  ///< without it; short peaks may be higher
    std::optional<std::uint64_t> gpu_percent;  ///< on average
    std::optional<std::uint64_t> gpu_peak_mib; ///< of one GPU's memory

    /// The memory that it needs: the page cache is not part of that.
    [[nodiscard]] std::optional<std::uint64_t> kib() const {
        return sampled_kib ? sampled_kib : peak_kib;
    }
    [[nodiscard]] bool has_any() const { return seconds || cpus || kib(); }
};

/// What the user had asked SLURM for. Nothing: not asked for, or not known.
struct Asked {
    std::optional<std::uint64_t> cpus;
    std::optional<std::uint64_t> kib;
    std::optional<std::uint64_t> kib_per_cpu;
    bool has_default_memory = false; ///< SLURM's own, not the user's
    std::optional<std::uint64_t> gpus;
    std::optional<double> seconds;
};

/// How it ended, or how any of several ended.
struct Ended {
    bool well = false; ///< with a result
    bool out_of_memory = false;
    bool out_of_time = false;
};

/// From the lines `used` and `asked` of a job's result.
Usage usage_in(const std::map<std::string, std::string>& result);
Asked asked_in(const std::map<std::string, std::string>& result);

/// The most of each.
Usage largest(const Usage& one, const Usage& other);

/// Rows of what and how much, e.g. `memory`, `9.4G of 64G (15%)`.
std::vector<std::pair<std::string, std::string>> describe_usage(const Usage& used,
                                                                const Asked& asked);

/// Sentences about what to ask for next time, or none. What failed is no reason to ask for less.
std::vector<std::string> advise(const Usage& used, const Asked& asked, const Ended& ending);

/// An amount of memory as SLURM writes it: `750M`, `9.4G`, `64G`.
std::string slurm_size(std::uint64_t kib);

} // namespace rdvc::state
