#include "state/usage.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fmt/core.h>

#include "base/text.hpp"
#include "slurm/reports.hpp"
#include "state/record.hpp"

namespace rdvc::state {

namespace {

constexpr std::uint64_t mib = 1024; // in KiB
constexpr std::uint64_t gib = 1024 * mib;
constexpr double minute = 60;
constexpr double hour = 60 * minute;
constexpr double day = 24 * hour;

std::map<std::string, std::string> pairs_in(const std::string& line) {
    std::map<std::string, std::string> pairs;
    for (const auto& word : base::words(line))
        if (const auto equals = word.find('='); equals != std::string::npos)
            pairs.emplace(word.substr(0, equals), word.substr(equals + 1));
    return pairs;
}

std::optional<std::uint64_t> number_in(const std::map<std::string, std::string>& pairs,
                                       const std::string& key) {
    const auto text = field(pairs, key);
    constexpr std::size_t most_digits = 15;
    if (text.empty() || text.size() > most_digits ||
        text.find_first_not_of("0123456789") != std::string::npos)
        return std::nullopt;
    return std::strtoull(text.c_str(), nullptr, 10);
}

std::optional<double> seconds_in(const std::map<std::string, std::string>& pairs,
                                 const std::string& key, double unit) {
    const auto number = number_in(pairs, key);
    return number ? std::optional(static_cast<double>(*number) * unit) : std::nullopt;
}

std::uint64_t up_to(double value, std::uint64_t step) {
    return static_cast<std::uint64_t>(std::ceil(value / static_cast<double>(step))) * step;
}

// A round amount that is not less.
std::uint64_t round_kib(double kib) {
    constexpr std::uint64_t small = 16;
    constexpr std::uint64_t large = 128;
    return up_to(kib, kib <= gib           ? 256 * mib
                      : kib <= small * gib ? gib
                      : kib <= large * gib ? 4 * gib
                                           : 16 * gib);
}

double round_seconds(double seconds) {
    constexpr std::uint64_t ten_minutes = 600;
    constexpr std::uint64_t one_hour = 3600;
    return static_cast<double>(up_to(seconds, seconds <= 2 * hour ? ten_minutes
                                              : seconds <= day    ? one_hour
                                                                  : 6 * one_hour));
}

std::string slurm_time(double seconds) {
    const auto minutes = static_cast<std::uint64_t>(seconds / minute);
    const auto days = minutes / (24 * 60);
    return fmt::format("{}{:02}:{:02}:00", days > 0 ? fmt::format("{}-", days) : "",
                       minutes / 60 % 24, minutes % 60);
}

std::string time_words(double seconds) {
    return base::age(static_cast<std::int64_t>(seconds));
}

std::string share(double part, double whole) {
    constexpr double percent = 100;
    if (whole <= 0)
        return "";
    return part * percent < whole ? " (less than 1%)"
                                  : fmt::format(" ({:.0f}%)", percent * part / whole);
}

// The memory of the whole job, in whatever way it was asked for.
std::optional<std::uint64_t> kib_of(const Asked& asked) {
    if (asked.kib)
        return asked.kib;
    if (asked.kib_per_cpu)
        return *asked.kib_per_cpu * asked.cpus.value_or(1);
    return std::nullopt;
}

std::string memory_option(double kib, const Asked& asked) {
    if (asked.kib || !asked.kib_per_cpu)
        return fmt::format("--mem={}", slurm_size(round_kib(kib)));
    const auto cpus = static_cast<double>(std::max<std::uint64_t>(asked.cpus.value_or(1), 1));
    return fmt::format("--mem-per-cpu={}", slurm_size(round_kib(kib / cpus)));
}

// Enough for what was measured and a margin: what the kernel counted is the most there was, what
// was looked at from time to time may have been more in between.
double needed_kib(const Usage& used) {
    constexpr double after_peak = 1.25;
    constexpr double after_samples = 1.5;
    const double peak = after_peak * static_cast<double>(used.peak_kib.value_or(0));
    const double sampled = after_samples * static_cast<double>(used.sampled_kib.value_or(0));
    if (!used.sampled_kib || !used.peak_kib)
        return std::max(peak, sampled);
    return std::min(peak, sampled);
}

std::string advise_memory(const Usage& used, const Asked& asked, const Ended& ending) {
    const auto limit = kib_of(asked);
    if (!limit)
        return "";
    const auto whole = static_cast<double>(*limit);
    if (ending.out_of_memory)
        return fmt::format("{}: with {} it was killed for lack of memory",
                           memory_option(2 * whole, asked), slurm_size(*limit));
    if (!used.kib() || !ending.well)
        return "";
    constexpr double much = 0.9;
    const auto said = fmt::format("{} of {} was used", slurm_size(*used.kib()), slurm_size(*limit));
    if (used.sampled_kib && static_cast<double>(*used.sampled_kib) > much * whole)
        return fmt::format("{} would be safer: {}", memory_option(1.5 * whole, asked), said);
    const auto needed = static_cast<double>(round_kib(needed_kib(used)));
    if (!asked.has_default_memory && needed <= whole / 2 && whole - needed >= gib)
        return fmt::format("{} would do: {}", memory_option(needed, asked), said);
    return "";
}

std::string advise_cpus(const Usage& used, const Asked& asked, const Ended& ending) {
    constexpr double margin = 1.5;
    if (!ending.well || !used.cpus || !asked.cpus || *asked.cpus < 2 ||
        used.cpu_seconds.value_or(0) < *used.cpus * minute) // too short to say
        return "";
    const auto enough = std::max<std::uint64_t>(up_to(margin * *used.cpus, 1), 1);
    if (2 * enough > *asked.cpus)
        return "";
    return fmt::format("--cpus-per-task={} would do: {:.1f} of {} CPUs were used on average",
                       enough, *used.cpus, *asked.cpus);
}

std::string advise_gpus(const Usage& used, const Asked& asked, const Ended& ending) {
    constexpr std::uint64_t hardly = 10;
    if (!ending.well || !used.gpu_percent || asked.gpus.value_or(0) == 0 ||
        *used.gpu_percent >= hardly || used.seconds.value_or(0) < 2 * minute)
        return "";
    return fmt::format("a GPU may not be needed: it was {}% busy on average", *used.gpu_percent);
}

std::string advise_time(const Usage& used, const Asked& asked, const Ended& ending) {
    if (!asked.seconds)
        return "";
    if (ending.out_of_time)
        return fmt::format("--time={}: {} was not enough",
                           slurm_time(round_seconds(2 * *asked.seconds)),
                           time_words(*asked.seconds));
    if (!ending.well || used.seconds.value_or(0) < minute) // a trial
        return "";
    const auto enough = round_seconds(2 * *used.seconds);
    if (enough > *asked.seconds / 2 || *asked.seconds - enough < hour)
        return "";
    return fmt::format("--time={} would do, and may start earlier: {} of {} was used",
                       slurm_time(enough), time_words(*used.seconds), time_words(*asked.seconds));
}

} // namespace

Usage usage_in(const std::map<std::string, std::string>& result) {
    const auto pairs = pairs_in(field(result, "used"));
    constexpr double millisecond = 0.001;
    Usage used{.seconds = seconds_in(pairs, "time", 1),
               .cpu_seconds = seconds_in(pairs, "cpu", millisecond),
               .cpus = std::nullopt,
               .peak_kib = number_in(pairs, "mem"),
               .sampled_kib = number_in(pairs, "rss"),
               .gpu_percent = number_in(pairs, "gpu"),
               .gpu_peak_mib = number_in(pairs, "gpumem")};
    const auto work = seconds_in(pairs, "work", millisecond);
    if (used.cpu_seconds && work && *work > 0)
        used.cpus = std::round(*used.cpu_seconds / *work * 100) / 100; // not known better
    return used;
}

Asked asked_in(const std::map<std::string, std::string>& result) {
    const auto pairs = pairs_in(field(result, "asked"));
    return {.cpus = number_in(pairs, "cpus"),
            .kib = number_in(pairs, "mem"),
            .kib_per_cpu = number_in(pairs, "mem-per-cpu"),
            .has_default_memory = field(pairs, "default") == "mem",
            .gpus = number_in(pairs, "gpus"),
            .seconds = slurm::parse_time_limit(field(pairs, "time"))};
}

Usage largest(const Usage& one, const Usage& other) {
    return {.seconds = std::max(one.seconds, other.seconds),
            .cpu_seconds = std::max(one.cpu_seconds, other.cpu_seconds),
            .cpus = std::max(one.cpus, other.cpus),
            .peak_kib = std::max(one.peak_kib, other.peak_kib),
            .sampled_kib = std::max(one.sampled_kib, other.sampled_kib),
            .gpu_percent = std::max(one.gpu_percent, other.gpu_percent),
            .gpu_peak_mib = std::max(one.gpu_peak_mib, other.gpu_peak_mib)};
}

std::vector<std::pair<std::string, std::string>> describe_usage(const Usage& used,
                                                                const Asked& asked) {
    std::vector<std::pair<std::string, std::string>> rows;
    const auto of = [](double part, const auto& whole, const auto& words) {
        return whole ? fmt::format(" of {}{}", words(*whole),
                                   share(part, static_cast<double>(*whole)))
                     : std::string();
    };
    if (const auto kib = used.kib()) {
        const bool has_cache = used.peak_kib && *used.peak_kib > *kib + *kib / 4;
        rows.emplace_back(
            "memory",
            slurm_size(*kib) + of(static_cast<double>(*kib), kib_of(asked), slurm_size) +
                (has_cache ? fmt::format("; {} with the page cache", slurm_size(*used.peak_kib))
                           : ""));
    }
    if (used.cpus)
        rows.emplace_back("cpus", fmt::format("{:.1f}{}", *used.cpus,
                                              of(*used.cpus, asked.cpus, [](std::uint64_t n) {
                                                  return fmt::format("{}", n);
                                              })));
    if (used.gpu_percent)
        rows.emplace_back("gpus",
                          fmt::format("{}% busy, at most {} of a GPU's memory", *used.gpu_percent,
                                      slurm_size(used.gpu_peak_mib.value_or(0) * mib)));
    if (used.seconds)
        rows.emplace_back("time",
                          time_words(*used.seconds) + of(*used.seconds, asked.seconds, time_words));
    return rows;
}

std::vector<std::string> advise(const Usage& used, const Asked& asked, const Ended& ending) {
    std::vector<std::string> all = {
        advise_memory(used, asked, ending), advise_cpus(used, asked, ending),
        advise_gpus(used, asked, ending), advise_time(used, asked, ending)};
    std::erase(all, "");
    return all;
}

std::string slurm_size(std::uint64_t kib) {
    if (kib < gib)
        return fmt::format("{}M", (kib + mib - 1) / mib);
    const auto value = static_cast<double>(kib) / gib;
    constexpr double ten = 10;
    return kib % gib == 0 || value >= ten ? fmt::format("{:.0f}G", value)
                                          : fmt::format("{:.1f}G", value);
}

} // namespace rdvc::state
