// Which of a project's tracked data a run needs, computed from the stages that it will run, as far
// as the project's files tell. If in doubt a stage may run, so that nothing is missing in the job.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "data/pipeline.hpp"
#include "data/scope.hpp"

namespace rdvc::data {

enum class Runs { no, maybe, yes };

struct Need {
    Output output;
    std::string stage;          ///< that reads it, by its address
    Runs runs = Runs::maybe;    ///< whether that stage will run, and so whether it is needed
    bool made_by_stage = false; ///< an output of a stage, not of a `.dvc` file
};

/// Questions about files that DVC does not track.
struct Files {
    std::function<std::string(const std::string& path)> hash; ///< as DVC makes it; "": not known
    std::function<std::optional<std::string>(const std::string& path)> text;
    /// The recorded hash of `path` in a tracked folder; "": not known.
    std::function<std::string(const Output& folder, const std::string& path)> part;
    /// Whether the job's work tree has all of them, from Git.
    std::function<bool(const std::vector<std::string>& paths)> in_commit;
};

/// A recorded output that the result may name although the run did not make it.
struct Record {
    Output output;
    std::string stage;     ///< that made it, by its address
    bool can_rerun = true; ///< false: the run does not look at that stage
};

struct Needs {
    std::vector<Need> needed;       ///< each output once
    std::vector<Output> looked_at;  ///< inputs of all stages in scope: none of them may be edited
    std::vector<Record> kept;       ///< each of them must exist, or its stage must run
    std::vector<Output> unrecorded; ///< inputs without a hash: DVC has yet to fetch them
    /// DVC must not be allowed to miss data: it would skip a stage that has to run.
    bool all_there = false;
};

/// `lost`: outputs of stages, by path, that exist nowhere, so that their stages must run again;
/// then all other data must exist.
Needs find_needs(const Pipeline& pipeline, const Scope& scope, const Files& files,
                 const std::set<std::string>& lost = {});

/// Names of the stages that may have to run, and that give the same for each value of the overrides
/// `swept`, as far as the files tell: neither they nor stages before them read one of these
/// parameters. None if that is so for all stages: then nothing differs.
std::vector<std::string> shared_stages(const Pipeline& pipeline, const Scope& scope,
                                       const Files& files, const std::vector<std::string>& swept);

} // namespace rdvc::data
