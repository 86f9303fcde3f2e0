// DVC's files and parameter files as the job will have them, and what follows from them directly.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/pipeline.hpp"
#include "data/scope.hpp"
#include "send/inputs.hpp"

namespace rdvc::send {

/// The targets and options of `dvc exp run`.
data::Scope scope_of(const InputQuestion& question);

class JobFiles {
  public:
    JobFiles(world::World& world, const InputQuestion& question)
        : world_(world), question_(question), repository_(question.project.repository) {}

    /// Throws Error (not_ready) for text that is not YAML, by name and line.
    data::Pipeline pipeline(const data::Scope& scope);

    /// A parameter file; nothing if the job will not have it.
    std::optional<std::string> text(const std::string& path);

    /// Throws Error (not_ready) if `dvc exp run` would certainly refuse the request.
    void refuse_at_once(const data::Pipeline& pipeline, const data::Scope& scope);

    /// Warns about each output that neither DVC nor Git keeps, so that no experiment has it.
    std::vector<std::string> left_out(const data::Pipeline& pipeline);

  private:
    std::map<std::string, std::string> read_dvc_files();

    world::World& world_;
    const InputQuestion& question_;
    const project::Repository& repository_;
    std::map<std::string, std::optional<std::string>> texts_; ///< many stages may read one
};

} // namespace rdvc::send
