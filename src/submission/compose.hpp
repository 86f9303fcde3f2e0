// Facts + configuration + arguments -> one submission, a pure value.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "submission/arguments.hpp"
#include "submission/hooks.hpp"
#include "submission/tasks.hpp"

namespace rdvc::submission {

/// What a job does: `dvc exp run`, or words of the user's own.
enum class Kind { experiment, command };

/// A submodule that travels with a submission.
struct Submodule {
    std::string path;        ///< from the repository's root
    std::string commit;      ///< that the job checks out
    std::string mirror;      ///< `NAME-<8 hex>.git`
    std::string extras = {}; ///< on top of it: LFS content; "" if there is none

    [[nodiscard]] const std::string& tip() const { return extras.empty() ? commit : extras; }
};

/// What `rdvc run` has found out about the project before it composes a submission.
struct Facts {
    std::string repo_name;
    std::string origin_url; ///< without password; empty: no remote `origin`
    std::string branch;     ///< empty: detached HEAD
    std::string commit;     ///< HEAD
    std::string snapshot =
        {}; ///< HEAD with the changes of the work tree on top; "" if there are none
    std::string extras =
        {}; ///< on top of that: ignored files and LFS content; "" if there are none
    std::vector<Submodule> submodules = {};
    std::vector<std::string> outputs =
        {}; ///< folders whose new files a command's job keeps; from the repository's root
    std::string project_dir;     ///< of the project within the repository; "" for its root
    std::string subdir;          ///< the user's current folder in the repository; "" for its root
    std::string mirror;          ///< `NAME-<8 hex>.git`
    std::string user_name = {};  ///< who commits; "" if Git does not know
    std::string user_email = {}; ///< the same
    std::string setup;           ///< the setup command; "" for none
    bool has_dvc_remote = false; ///< the DVC project names a default remote
    std::vector<std::string> skipped =
        {}; ///< lines "NAME PATH": inputs that no stage of the run reads, and that stay away
    std::vector<std::string> persist =
        {}; ///< outputs that are saved while unfinished, and restored; from the repository's root
    std::vector<std::string> metrics = {}; ///< the same of metrics
    std::vector<std::string> plots = {};   ///< the same of plots
    std::vector<std::string> kept =
        {}; ///< lines "HASH PATH": outputs that the job must find on the DVC remote, or make
    std::vector<std::string> left_out =
        {}; ///< outputs with `cache: false` that Git ignores; from the repository's root
    std::vector<std::string> shared =
        {};                    ///< of a sweep: stages that may run and are the same in all tasks
    bool allow_missing = true; ///< `dvc exp run` may skip stages whose data is missing
    std::vector<Hook> hooks = {};
    std::string library = {}; ///< the file whose functions replace those of the job; "" for none

    /// The commit whose history has everything that is sent of the project.
    [[nodiscard]] const std::string& tip() const {
        return !extras.empty() ? extras : !snapshot.empty() ? snapshot : commit;
    }
};

/// How the job gets its environment.
struct Environment {
    std::string activate;
    std::string where; ///< "node" or "login"
    bool reuse = true;
    bool fresh = false; ///< build it again, whatever exists
    std::vector<std::string> inputs;
    std::vector<std::string> ignore;
    std::vector<std::string> outside;
};

struct Submission {
    std::string token;
    int attempt = 1;
    Facts facts;
    std::string code; ///< "ssh" or "origin"
    std::vector<SbatchOption> sbatch;
    Kind kind = Kind::experiment;
    std::vector<Task> tasks;
    std::string sweep;            ///< the name of a sweep, with which those of its tasks begin
    bool named_by_values = false; ///< of a sweep: its tasks' names do not follow from their numbers
    unsigned pack = 1;            ///< of a sweep: so many tasks run one after another in each job
    bool warm_up = false;         ///< of a sweep: the first job begins alone
    unsigned array_limit = 0;     ///< of a sweep: so many jobs run at once, at most; 0: all
    bool only_environment = false; ///< no experiment: `rdvc env build`
    bool is_shell = false;         ///< none either: `rdvc shell`; its user runs what they want
    bool only_prepared = false;    ///< not submitted: its script is run on the login node
    bool force = false;
    bool pull = true;
    Environment environment;
    std::string dir;          ///< rdvc's folder on the cluster, absolute or `~/...`
    std::string cache;        ///< DVC's cache there; "" for `cache` in `dir`
    bool cache_group = false; ///< shared with the user's group
    std::string data;         ///< how data travels: "ssh", or "remote": by the project's DVC remote
    std::string workspace_root;
    std::string min_free;
    std::string grace;         ///< seconds, as are the next ones
    std::string save_interval; ///< 0: never
    std::string live_interval; ///< the same of live metrics
    int warning = 0;           ///< from SLURM's signal to the time limit; 0: there is none
    std::string max_restarts;
    std::vector<std::string> after; ///< what it waits for: `ok:TOKEN`, `any:TOKEN.7`
    bool requeue = false;           ///< the user wants the job to start again

    /// Its tasks are those of a job array.
    [[nodiscard]] bool is_sweep() const { return tasks.size() > 1; }
    /// How many jobs these are.
    [[nodiscard]] std::size_t job_count() const { return (tasks.size() + pack - 1) / pack; }
    /// By which its user knows it.
    [[nodiscard]] const std::string& name() const {
        return is_sweep() ? sweep : tasks.front().name;
    }
};

/// If the time is short, the warning leaves this share of it: one part in so many. The job does the
/// same with a partition's own limit.
constexpr long warning_share = 5;

/// How many seconds before its time limit a job is warned: fewer if the limit is short. `time` as
/// given to sbatch; "": not known.
int warning_before(const std::string& time);

/// The warning that goes with a new `--time` among `options`, for a job of this script; nothing if
/// it stays the same, or if the user chose the signal. Total.
std::optional<int>
new_warning(std::string_view script,
            const std::vector<std::pair<std::string, std::optional<std::string>>>& options);

/// How data travels, "ssh" or "remote": as configured, else through the DVC remote if there is one.
std::string way_of_data(const config::Config& config, bool has_dvc_remote);

/// The submission. sbatch options: defaults, then `[run]`, then the instance, then `--option`; an
/// empty value or `false` removes one. Throws Error (configuration) for an unknown instance.
Submission compose(const std::string& token, const Facts& facts, const config::Config& config,
                   const RunArguments& arguments);

} // namespace rdvc::submission
