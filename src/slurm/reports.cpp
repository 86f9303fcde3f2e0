#include "slurm/reports.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/text.hpp"

namespace rdvc::slurm {

namespace {

// The token that comes after `mark`, or "".
std::string token_after(std::string_view text, std::string_view mark) {
    constexpr std::size_t length = 32;
    const auto at = text.find(mark);
    if (at == std::string_view::npos)
        return "";
    const auto token = text.substr(at + mark.size(), length);
    const bool sound = token.size() == length && base::is_hex(token);
    return sound ? std::string(token) : "";
}

} // namespace

bool is_job_id(std::string_view word) {
    return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
}

std::vector<IndexRange> index_ranges(std::string_view indices) {
    std::vector<IndexRange> ranges;
    if (indices.starts_with('['))
        indices.remove_prefix(1);
    indices = indices.substr(0, indices.find_first_of("%]"));
    for (const auto& part : base::split(indices, ',')) {
        const auto colon = part.find(':');
        const auto dash = part.substr(0, colon).find('-');
        const auto first = base::parse_number(part.substr(0, std::min(dash, colon)));
        const auto last = dash == std::string::npos
                              ? first
                              : base::parse_number(part.substr(dash + 1, colon - dash - 1));
        const auto step = colon == std::string::npos ? std::optional(1U)
                                                     : base::parse_number(part.substr(colon + 1));
        if (first && last && step && *step > 0)
            ranges.push_back({*first, *last, *step});
    }
    return ranges;
}

bool Job::has_task(unsigned index) const {
    const auto ranges = index_ranges(indices);
    return std::any_of(ranges.begin(), ranges.end(), [&](const IndexRange& range) {
        return index >= range.first && index <= range.last &&
               (index - range.first) % range.step == 0;
    });
}

std::optional<Job> parse_squeue_line(std::string_view line) {
    constexpr std::size_t fixed = 4;
    const auto fields = base::split(line, '|');
    if (fields.size() < fixed + 2 || fields[1].empty())
        return std::nullopt;
    const auto bar = fields[0].find('_');
    const auto id = fields[0].substr(0, bar);
    if (!is_job_id(id))
        return std::nullopt;
    auto times = base::words(fields[3]);
    times.resize(3);
    Job job{id, fields[1], fields[2], times[0], {}};
    job.limit = times[1];
    job.node = times[2];
    if (bar != std::string::npos)
        job.indices = fields[0].substr(bar + 1);
    std::size_t at = 0;
    for (std::size_t i = 0; i < fixed; ++i)
        at += fields[i].size() + 1;
    const auto rest = line.substr(at - 1); // `|script|comment`
    job.token = token_after(rest, "|rdvc:");
    if (job.token.empty())
        job.token = token_after(rest, "/submissions/");
    return job;
}

std::int64_t epoch_of(const std::string& text) {
    const bool is_number =
        !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    return is_number ? static_cast<std::int64_t>(base::parse_time(text)) : 0;
}

namespace {

// A limit of accounting, whose name SLURM makes of its parts: `QOSMaxCpuPerUserLimit`,
// `AssocGrpMemLimit`; or nothing. Source: slurm's job_reason_codes.
std::string explain_limit(std::string_view reason) {
    struct Row {
        std::string_view part;
        std::string_view much; ///< `many CPUs`
        std::string_view more; ///< `CPUs`
    };
    static constexpr std::array<Row, 7> resources = {
        {{"Cpu", "many CPUs", "CPUs"},
         {"Mem", "much memory", "memory"},
         {"GRES", "many GPUs (or other GRES)", "GPUs (or other GRES)"},
         {"Node", "many nodes", "nodes"},
         {"Jobs", "many jobs", "jobs"},
         {"Wall", "much time", "time"},
         {"License", "many licences", "licences"}}};
    const bool is_qos = reason.starts_with("QOS");
    if ((!is_qos && !reason.starts_with("Assoc")) || reason.find("Min") != std::string_view::npos)
        return ""; // minima, and minutes of CPUs
    const auto row = std::find_if(resources.begin(), resources.end(), [&](const Row& one) {
        return reason.find(one.part) != std::string_view::npos;
    });
    if (row == resources.end())
        return "";
    const auto has = [&](std::string_view part) {
        return reason.find(part) != std::string_view::npos;
    };
    const std::string whose = is_qos ? "its QOS" : "your account";
    if (has("PerJob") || has("PerNode"))
        return fmt::format("asks for more {} than {} allows: it will never start", row->more,
                           whose);
    if (has("Grp"))
        return fmt::format("waits: {} uses as {} as it may", whose, row->much);
    return fmt::format("waits: you use as {} as {} allows", row->much, whose);
}

} // namespace

std::string explain_reason(const std::string& reason) {
    if (const auto comma = reason.find(", ");
        comma != std::string::npos) // `..., UnavailableNodes:n1`
        return fmt::format("{} ({})", explain_reason(reason.substr(0, comma)),
                           reason.substr(comma + 2));
    static const std::map<std::string, std::string> sentences = {
        {"None", "is about to be scheduled"},
        {"Priority", "waits for jobs of higher priority"},
        {"Resources", "is next; waits for free nodes"},
        {"Dependency", "waits for a job that it depends on"},
        {"DependencyNeverSatisfied", "waits for a job that failed: it will never start"},
        {"BeginTime", "waits for its begin time"},
        {"JobHeldUser", "is held by you: `scontrol release` lets it start"},
        {"JobHeldAdmin", "is held by an administrator"},
        {"JobHoldMaxRequeue", "is held: it was requeued too often"},
        {"Cleaning", "waits until its earlier run is cleaned up"},
        {"Prolog", "waits for the prolog of its nodes"},
        {"ReqNodeNotAvail", "needs a node that is down, drained or reserved"},
        {"PartitionDown", "waits for a partition that is down"},
        {"PartitionInactive", "waits for a partition that is inactive"},
        {"PartitionTimeLimit", "asks for more time than the partition allows: it will never start"},
        {"PartitionNodeLimit",
         "asks for more nodes than the partition allows: it will never start"},
        {"BadConstraints", "asks for something that no node has: it will never start"},
        {"JobArrayTaskLimit",
         "waits: its sweep runs as many jobs as it may (--array-limit, or the warm-up)"},
        {"Licenses", "waits for licences"},
        {"Reservation", "waits for its reservation"},
        {"QOSMaxJobsPerUserLimit", "waits: you run as many jobs as your QOS allows"},
        {"QOSMaxWallDurationPerJobLimit",
         "asks for more time than its QOS allows: it will never start"},
        {"AssocMaxJobsLimit", "waits: your account runs as many jobs as it may"},
        {"NodeDown", "waits for a node that is down"},
    };
    const auto known = sentences.find(reason);
    if (known != sentences.end())
        return known->second;
    const auto limit = explain_limit(reason);
    return limit.empty() ? "waits (" + reason + ")" : limit;
}

bool is_active(std::string_view state) {
    constexpr std::array<std::string_view, 9> ended = {"BOOT_FAIL", "CANCELLED",     "COMPLETED",
                                                       "DEADLINE",  "FAILED",        "NODE_FAIL",
                                                       "PREEMPTED", "OUT_OF_MEMORY", "TIMEOUT"};
    for (const auto end : ended)
        if (state == end)
            return false;
    return true;
}

std::optional<double> parse_time_limit(std::string_view text) {
    const auto dash = text.find('-');
    const bool has_days = dash != std::string_view::npos;
    std::vector<double> fields;
    for (const auto& field : base::split(text.substr(has_days ? dash + 1 : 0), ':')) {
        const auto number = base::parse_number(field);
        if (!number)
            return std::nullopt;
        fields.push_back(*number);
    }
    const auto days = has_days ? base::parse_number(text.substr(0, dash)) : 0;
    constexpr std::size_t most = 3;
    if (!days || fields.empty() || fields.size() > most)
        return std::nullopt;
    // M, M:S, H:M:S; after days H, H:M, H:M:S
    if (!has_days && fields.size() < most)
        fields.insert(fields.begin(), 0);
    fields.resize(most, 0);
    constexpr double sixty = 60;
    return ((*days * 24.0 + fields[0]) * sixty + fields[1]) * sixty + fields[2];
}

} // namespace rdvc::slurm
