// What SLURM's commands print, read by small total functions: unknown words stay text.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdvc::slurm {

/// One job as `squeue` shows it.
struct Job {
    std::string id;
    std::string state;  ///< SLURM's word, e.g. PENDING
    std::string reason; ///< SLURM's word, e.g. Priority; "None" where there is none
    std::string start;  ///< as the cluster prints it, or "N/A"
    std::string
        token; ///< from the comment `rdvc:TOKEN` or the script's path; empty: not a job of rdvc's
};

/// True for a job's number, as the cluster keeps it; what else an answer has in its place is none.
bool is_job_id(std::string_view word);

/// One line of `squeue --noheader -o '%A|%T|%r|%S|%o|%k'` (id, state, reason, start, script,
/// comment), or nothing if it is no such line. The last two may contain anything.
std::optional<Job> parse_squeue_line(std::string_view line);

/// One sentence for a pending job's reason; unknown reasons as they are.
std::string explain_reason(const std::string& reason);

/// True for states of a job that has not ended (PENDING, RUNNING, ...); unknown states count as
/// such, so that nothing is called finished by mistake.
bool is_active(std::string_view state);

} // namespace rdvc::slurm
