// Submissions as the cluster tells of them, and how a user names one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands/cluster.hpp"
#include "slurm/reports.hpp"

namespace rdvc::commands {

/// What the cluster keeps about one submission, as it was sent.
struct Kept {
    std::string token;
    std::map<std::string, std::string> notes = {};  ///< file `submission`
    std::map<std::string, std::string> result = {}; ///< file `result`; empty: the job has not ended
    std::vector<std::pair<double, std::string>> phases =
        {}; ///< start (seconds since the epoch), name
    std::string job = {};
    std::string sbatch_exit = {};
    std::string sbatch_error = {}; ///< the last line that sbatch printed on standard error
    bool claimed = false;          ///< by a job
    std::string revoked = {};      ///< why no job may take the attempt any more
    unsigned attempt = 1;
    bool is_new = false;    ///< the job was submitted after SLURM was asked
    bool cancelled = false; ///< by `rdvc cancel`
    std::string slurm =
        {}; ///< how the job ended, in SLURM's word, where it has no result of its own
    std::string unsure = {}; ///< why the job may live although squeue does not show it
    bool pulled = false;     ///< a command's output, by some laptop

    [[nodiscard]] bool is_command() const;
    /// What a user may call it by, the job's id, or where there is none the token's first digits.
    [[nodiscard]] std::string id() const;
    /// The number of files that a command's job keeps for `rdvc pull`.
    [[nodiscard]] unsigned long output() const;
};

/// The value of `key`, or "".
std::string field(const std::map<std::string, std::string>& map, const std::string& key);

/// The cluster's answer to `status`.
struct Overview {
    std::vector<Kept> submissions;               ///< newest first
    std::multimap<std::string, slurm::Job> jobs; ///< by token
    bool squeue_answered = false;
    std::string squeue_words;     ///< what it said where it did not answer
    std::int64_t queue_time = 0;  ///< when it last answered, with `jobs`; 0: never
    std::string accounting_words; ///< what sacct said where it was asked and did not answer
    std::int64_t time = 0;        ///< the cluster's clock, seconds since the epoch
    std::string dir;              ///< rdvc's folder there, absolute
    bool has_rsync = false;
};

/// Adds one frame of that answer; what it does not know it passes over. Throws Error (failed) for a
/// folder that is none.
void hear(Overview& overview, const transport::Frame& frame);

/// What a user is told about one submission. Combined from the job's own record, SLURM's live view
/// and accounting; no answer is `unknown`, never "finished".
struct State {
    std::string
        word; ///< pending running published done failed unpublished unconfirmed unknown lost ...
    std::string phase;  ///< of the job; empty before it starts
    std::string detail; ///< a sentence, or empty
};

/// Why a job failed, by its result: its own sentence, and the reason that the program gave which
/// failed, DVC's for an experiment.
std::string explain_failure(const std::map<std::string, std::string>& result);

State derive_state(const Kept& kept, const Overview& overview);

/// True for what `rdvc recover` is for: a result that could not be published. A job that was killed
/// while it published could not say so.
bool may_be_recovered(const Kept& kept, const Overview& overview);

inline constexpr unsigned all_submissions = 1000000;

enum class Wanted { all, with_result };

/// Asks the cluster once. `only`: one token, or "" for the newest `limit` of the project.
Overview ask_overview(Cluster& cluster, const std::string& mirror, const std::string& only,
                      unsigned limit, Wanted wanted = Wanted::all);

/// The token of the submission that `word` names: a job id or an experiment's name (the newest that
/// has it), or a token's start (4 digits or more); "" is the newest. Looks into the ledger first,
/// then asks the cluster. Throws Error (usage) if there is none, or if several tokens begin so.
std::string find_submission(cli::World& world, Cluster& cluster, const std::string& mirror,
                            const std::string& word);

/// The same of each of `words`; the ledger is read once, and the cluster asked once at most.
std::vector<std::string> find_submissions(cli::World& world, Cluster& cluster,
                                          const std::string& mirror,
                                          const std::vector<std::string>& words);

} // namespace rdvc::commands
