// Small total functions that read the output of SLURM's commands; unknown words stay text.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rdvc::slurm {

/// One job as `squeue` shows it.
struct Job {
    std::string id;     ///< of a task: its array's
    std::string state;  ///< SLURM's word, e.g. PENDING
    std::string reason; ///< SLURM's word, e.g. Priority; "None" if there is none
    std::string start;  ///< in seconds since the epoch, or "N/A"; of a waiting job as expected
    std::string
        token; ///< from the comment `rdvc:TOKEN` or the script's path; empty: not rdvc's job
    std::string indices = {}; ///< of tasks of an array, as SLURM writes them: `7`, `[3,5-9%2]`
    std::string limit = {};   ///< of its time, as SLURM writes it: `1-00:00:00`, `UNLIMITED`
    std::string node = {};    ///< of a running job; of several nodes SLURM's list

    /// True if it is about this task of an array.
    [[nodiscard]] bool has_task(unsigned index) const;
};

/// The ranges that SLURM writes as `3,5-7` or `[1-9:2%4]`: first, last, step. Nothing for a part
/// that is something else.
struct IndexRange {
    unsigned first = 0;
    unsigned last = 0;
    unsigned step = 1;
};
std::vector<IndexRange> index_ranges(std::string_view indices);

/// True for a job id, a number; an answer may have something else in its place.
bool is_job_id(std::string_view word);

/// One line of `squeue --noheader -o '%i|%T|%r|%S %l %N|%o|%k'` (id, state, reason, start with time
/// limit and nodes, script, comment), or nothing if the line has another form. The last two fields
/// may contain anything.
std::optional<Job> parse_squeue_line(std::string_view line);

/// A time that a program of SLURM prints as seconds since the epoch; 0 for any other word, such as
/// `Unknown`, or a time in another form.
std::int64_t epoch_of(const std::string& text);

/// A pending job's reason as a sentence; unknown reasons unchanged.
std::string explain_reason(const std::string& reason);

/// True for states of a job that has not ended (PENDING, RUNNING, ...); unknown states count as
/// active, so that nothing is called finished by mistake.
bool is_active(std::string_view state);

/// The seconds that a value of `--time` means (`30`, `1:30:00`, `2-12`), or nothing. Source:
/// sbatch(1).
std::optional<double> parse_time_limit(std::string_view text);

} // namespace rdvc::slurm
