// Which stages `dvc exp run` considers, and what they read from each other.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "data/pipeline.hpp"

namespace rdvc::data {

/// The targets and options of `dvc exp run`.
struct Scope {
    std::string here;                   ///< where the user stands, from the repository's root
    std::vector<std::string> targets;   ///< as typed; none: the dvc.yaml here
    std::vector<std::string> overrides; ///< values of `-S`
    bool force = false;
    bool single_item = false;
    bool pipeline = false;
    bool all_pipelines = false;
    bool downstream = false;
    bool recursive = false;
    bool hydra = false;     ///< parameters are composed anew for each run
    bool by_remote = false; ///< the job takes data from a DVC remote, stage by stage
};

using Places = std::set<std::size_t>; ///< of stages in the pipeline

class Graph {
  public:
    explicit Graph(const Pipeline& pipeline);

    /// The stages that make what this one reads, as far as known; for an unknown one, all.
    [[nodiscard]] const Places& makers(std::size_t stage) const { return makers_[stage]; }

    struct Selected {
        Places stages;
        bool is_sure = true; ///< false: some of them may not be meant
    };
    [[nodiscard]] Selected select(const Scope& scope) const;

    /// Whether a target names a stage, its file or an output.
    [[nodiscard]] bool knows(const std::string& target, const Scope& scope) const {
        return named(target, scope).has_value();
    }

  private:
    void link();
    [[nodiscard]] bool is_named(const Stage& stage, const std::string& target,
                                const Scope& scope) const;
    [[nodiscard]] std::optional<Places> named(const std::string& target, const Scope& scope) const;
    void add_connected(Places& found) const;

    const Pipeline& pipeline_;
    std::vector<Places> makers_;
    std::vector<Places> before_;  ///< makers, but for a frozen stage, which DVC looks at alone
    std::vector<Places> after_;   ///< the other way round
    std::vector<Places> sharing_; ///< of each tracked output: the stages that read it
};

/// True if the stage reads the output, something in it, or a folder that contains it.
bool reads(const Stage& stage, const Output& output);

} // namespace rdvc::data
