// Small total functions that read the output of SLURM's commands; unknown words stay text.
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
    std::string reason; ///< SLURM's word, e.g. Priority; "None" if there is none
    std::string start;  ///< as the cluster prints it, or "N/A"
    std::string
        token; ///< from the comment `rdvc:TOKEN` or the script's path; empty: not rdvc's job
};

/// True for a job id, a number; an answer may have something else in its place.
bool is_job_id(std::string_view word);

/// One line of `squeue --noheader -o '%A|%T|%r|%S|%o|%k'` (id, state, reason, start, script,
/// comment), or nothing if the line has another form. The last two fields may contain anything.
std::optional<Job> parse_squeue_line(std::string_view line);

/// A pending job's reason as a sentence; unknown reasons unchanged.
std::string explain_reason(const std::string& reason);

/// True for states of a job that has not ended (PENDING, RUNNING, ...); unknown states count as
/// active, so that nothing is called finished by mistake.
bool is_active(std::string_view state);

} // namespace rdvc::slurm
