#include "slurm/reports.hpp"

#include <array>

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

std::optional<Job> parse_squeue_line(std::string_view line) {
    constexpr std::size_t fixed = 4;
    const auto fields = base::split(line, '|');
    if (fields.size() < fixed + 2 || !is_job_id(fields[0]) || fields[1].empty())
        return std::nullopt;
    Job job{fields[0], fields[1], fields[2], fields[3], {}};
    std::size_t at = 0;
    for (std::size_t i = 0; i < fixed; ++i)
        at += fields[i].size() + 1;
    const auto rest = line.substr(at - 1); // `|script|comment`
    job.token = token_after(rest, "|rdvc:");
    if (job.token.empty())
        job.token = token_after(rest, "/submissions/");
    return job;
}

std::string explain_reason(const std::string& reason) {
    static const std::map<std::string, std::string> sentences = {
        {"None", "is about to be scheduled"},
        {"Priority", "waits for jobs of higher priority"},
        {"Resources", "is next; waits for free nodes"},
        {"Dependency", "waits for a job that it depends on"},
        {"DependencyNeverSatisfied", "waits for a job that failed: it will never start"},
        {"BeginTime", "waits for its begin time"},
        {"JobHeldUser", "is held by you: `scontrol release` lets it start"},
        {"JobHeldAdmin", "is held by an administrator"},
        {"ReqNodeNotAvail", "needs a node that is down, drained or reserved"},
        {"PartitionDown", "waits for a partition that is down"},
        {"PartitionInactive", "waits for a partition that is inactive"},
        {"PartitionTimeLimit", "asks for more time than the partition allows: it will never start"},
        {"PartitionNodeLimit",
         "asks for more nodes than the partition allows: it will never start"},
        {"BadConstraints", "asks for something that no node has: it will never start"},
        {"Licenses", "waits for licences"},
        {"Reservation", "waits for its reservation"},
        {"QOSMaxJobsPerUserLimit", "waits: you run as many jobs as your QOS allows"},
        {"QOSMaxWallDurationPerJobLimit",
         "asks for more time than its QOS allows: it will never start"},
        {"AssocGrpCpuLimit", "waits: your account uses as many CPUs as it may"},
        {"AssocMaxJobsLimit", "waits: your account runs as many jobs as it may"},
        {"NodeDown", "waits for a node that is down"},
    };
    const auto known = sentences.find(reason);
    return known == sentences.end() ? "waits (" + reason + ")" : known->second;
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

} // namespace rdvc::slurm
