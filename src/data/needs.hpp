// What of a project's tracked data a run needs: computed from the stages that it will run, as far
// as the project's files tell. In doubt a stage counts as one that may run, so that nothing is
// missing in the job.
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

/// What can be asked about files that DVC does not track.
struct Files {
    std::function<std::string(const std::string& path)> hash; ///< as DVC makes it; "": not known
    std::function<std::optional<std::string>(const std::string& path)> text;
};

struct Needs {
    std::vector<Need> needed;      ///< each output once
    std::vector<Output> looked_at; ///< inputs of all stages in scope: none of them may be edited
};

/// `lost`: outputs of stages, by path, that are nowhere, so that their stages must run again. DVC
/// is not told to allow missing data then, so that all of the others must be there.
Needs find_needs(const Pipeline& pipeline, const Scope& scope, const Files& files,
                 const std::set<std::string>& lost = {});

} // namespace rdvc::data
