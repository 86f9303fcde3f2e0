// The words after `rdvc run`: options of sbatch, of `dvc exp run`, of rdvc; targets, or a command.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "submission/after.hpp"
#include "sweep/names.hpp"
#include "sweep/sweep.hpp"

namespace rdvc::submission {

/// One sbatch option as given; no value for options that take none.
using SbatchOption = std::pair<std::string, std::optional<std::string>>;

/// rdvc's own options of `run`, for parsing and help.
struct OwnOption {
    std::string_view name;
    std::string_view metavar; ///< empty: takes no value
    std::string_view help;
};
const std::vector<OwnOption>& own_options();

/// Where a value of `-S` is among the words for `dvc exp run`.
struct OverridePlace {
    std::size_t word;  ///< index in RunArguments::dvc
    std::size_t begin; ///< where the override begins in that word
};

struct RunArguments {
    std::vector<SbatchOption> sbatch; ///< in the order given
    std::vector<std::string> dvc;     ///< what goes to `dvc exp run`, as typed
    std::optional<std::string> name;
    std::optional<std::string> instance;
    std::optional<std::string> cluster;
    std::optional<std::string> code;
    std::optional<std::string> data;
    std::optional<bool> pull;
    std::vector<std::string> copy_paths; ///< as typed: from the user's current folder
    std::vector<std::string> include;    ///< the same
    bool is_command = false;             ///< --cmd: not `dvc exp run`, but these words
    std::vector<std::string> command;
    std::vector<std::string> outputs; ///< its outputs; from the user's current folder
    bool only_committed = false;
    bool fresh_env = false;
    std::vector<std::string> targets;           ///< as typed
    std::vector<std::string> overrides;         ///< values of -S
    std::vector<OverridePlace> override_places; ///< one for each of them
    bool is_sweep = false;                      ///< one of them stands for several values
    std::string params;           ///< --params: a file with an experiment a row, as typed
    std::vector<sweep::Row> rows; ///< of that file; whoever reads it fills this
    std::vector<std::vector<std::string>> zip; ///< --zip: as in sweep::Grid
    std::string repeat;                        ///< --repeat, the same
    std::vector<std::string> exclude;          ///< --exclude, the same
    std::optional<unsigned> shuffle_seed;      ///< for shuffle()
    std::optional<sweep::Naming> naming;       ///< of a sweep's experiments; numbers if not given
    std::optional<unsigned> pack;              ///< so many tasks share a job
    std::optional<bool> warm_up;               ///< of a sweep: whether the first job begins alone
    std::optional<unsigned> array_limit;       ///< so many tasks run at once, at most
    bool yes = false;                          ///< do not ask
    std::vector<Predecessor> after;            ///< --after
    std::vector<std::string> after_tokens;     ///< the same as `ok:TOKEN`; whoever asks fills this,
    std::string dependency;                    ///< and this: on their jobs, in SLURM's words
    bool all_pipelines = false;
    bool pipeline = false;
    bool single_item = false;
    bool downstream = false;
    bool recursive = false;
    bool force = false;
    bool preflight = true; ///< refuse what the cluster would refuse
    bool dry_run = false;
    bool json = false;
    bool help = false;
    bool quiet = false;
    bool verbose = false;

    [[nodiscard]] bool are_named_by_values() const {
        return is_sweep && naming == sweep::Naming::values;
    }
    /// Or -P, which stands for all of them.
    [[nodiscard]] bool has_targets() const { return all_pipelines || !targets.empty(); }
};

/// Reads the words. Throws Error (usage) for an option that neither program has (and names the one
/// probably meant), one that rdvc owns or refuses (with the reason), an abbreviation (with the full
/// name), and a missing value; with --cmd also for options of `dvc exp run`, and if no command
/// follows `--`.
RunArguments parse_run_arguments(const std::vector<std::string>& words);

} // namespace rdvc::submission
