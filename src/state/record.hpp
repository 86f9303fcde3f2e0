// What the cluster records about submissions, and what SLURM says about their jobs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "slurm/reports.hpp"

namespace rdvc::state {

/// One of several job arrays of a sweep: the job number `offset` + 1 has the index 1 in it.
struct Array {
    std::string id;
    unsigned offset = 0;
};

/// What the cluster records about one submission, as it was sent.
struct Record {
    std::string token;
    unsigned task = 0;                              ///< its number in a sweep; 0: no task of one
    std::map<std::string, std::string> notes = {};  ///< file `submission`
    std::map<std::string, std::string> result = {}; ///< file `result`; empty: no result yet
    std::vector<std::pair<double, std::string>> phases =
        {};                         ///< start (seconds since the epoch), name
    std::string job = {};           ///< of a sweep: its array, or the first of several
    std::vector<Array> arrays = {}; ///< if there are several; their offsets ascend
    std::string sbatch_exit = {};
    std::string sbatch_error = {}; ///< the last line that sbatch printed on standard error
    bool claimed = false;          ///< by a job
    std::string revoked = {};      ///< why no job may take the attempt any longer
    unsigned attempt = 1;
    bool is_new = false;    ///< the job was submitted after SLURM was asked
    bool cancelled = false; ///< by `rdvc cancel`
    std::string slurm = {}; ///< how the job ended, in SLURM's word, if it has no result of its own
    double idle_since = 0;  ///< seconds since the epoch; 0: its job does something
    std::string idle_words = {}; ///< what it does not do: `output cpu gpu`
    std::string node = {}; ///< on which the job started last; only if one submission was asked for
    std::string unsure = {};  ///< why the job may be alive although squeue does not show it
    bool pulled = false;      ///< a command's output, by some laptop
    std::string stopped = {}; ///< of a sweep: why tasks that have not begun will not begin any more
    std::vector<Record> tasks =
        {}; ///< of a sweep: what is a task's own, those that there is anything about

    [[nodiscard]] bool is_command() const;
    /// How many tasks a sweep has; 0 if it is not one.
    [[nodiscard]] unsigned task_count() const;
    /// How many tasks of a sweep run one after another in each of its jobs.
    [[nodiscard]] unsigned pack() const;
    /// The number of the job of this task: its index in the array, if there is one array.
    [[nodiscard]] unsigned job_index() const { return (task - 1) / pack() + 1; }
    /// Its jobs as SLURM names them: `42`, of a task `42_3`, of a sweep with several arrays all of
    /// them.
    [[nodiscard]] std::vector<std::string> job_ids() const;
    /// The first of them.
    [[nodiscard]] std::string job_id() const { return job_ids().front(); }
    /// The number of the task that SLURM calls `array`_`index`; nothing if it is not this sweep's.
    [[nodiscard]] std::optional<unsigned> task_called(const std::string& array,
                                                      unsigned index) const;
    /// The part of its log's name after `slurm-`: that job, and in a pack the task, `42_3.7`.
    [[nodiscard]] std::string log_id() const;
    /// A task of a sweep as a record of its own, complete.
    [[nodiscard]] Record of_task(unsigned number) const;
    /// The name that a user may give: the job's id, or without a job the token's first digits; and
    /// a task's number after it.
    [[nodiscard]] std::string id() const;
    /// The same of the whole sweep.
    [[nodiscard]] std::string submission_id() const;
    /// The folder of its job's record below `dir`, rdvc's folder on the cluster.
    [[nodiscard]] std::string folder(const std::string& dir) const;
    /// The number of files that a command's job has stored for `rdvc pull`.
    [[nodiscard]] unsigned long output() const;
};

/// The value of `key`, or "".
std::string field(const std::map<std::string, std::string>& map, const std::string& key);

/// The cluster's answer to `status`.
struct Overview {
    std::vector<Record> submissions;             ///< newest first
    std::multimap<std::string, slurm::Job> jobs; ///< by token
    bool is_offline = false; ///< the cluster was not asked: this is what it has said before
    bool squeue_answered = false;
    std::string squeue_words;       ///< its message, if it did not answer
    std::int64_t queue_time = 0;    ///< when it last answered, with `jobs`; 0: never
    std::int64_t stalled_after = 0; ///< name jobs that do nothing for so many seconds; 0: never
    std::string accounting_words;   ///< sacct's message, if it was asked and did not answer
    std::int64_t time = 0;          ///< the cluster's clock, seconds since the epoch
    std::string dir;                ///< rdvc's folder there, absolute
    bool has_rsync = false;
};

} // namespace rdvc::state
