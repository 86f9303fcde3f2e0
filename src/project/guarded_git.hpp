// All git commands of rdvc go through here. A folder of a project can look like a bare repository
// whose settings name programs; a user who is in that folder has never agreed to them.
#pragma once

#include <filesystem>

#include "base/process.hpp"

namespace rdvc::project {

/// Passes commands on. git and its children get `safe.bareRepository=explicit` (since 2.38; older
/// versions ignore it) and `core.fsmonitor=false`.
class GuardedRunner : public base::Runner {
  public:
    explicit GuardedRunner(base::Runner& inner) : inner_(inner) {}
    base::Result run(const base::Command& command) override;
    void start_ahead(const base::Command& command) override;

  private:
    base::Runner& inner_;
};

/// The folder that git would take for a bare repository when called in `folder`, before it reaches
/// a `.git`; empty if there is none. For versions of git without safe.bareRepository, and for DVC.
std::filesystem::path embedded_repository(const std::filesystem::path& folder);

} // namespace rdvc::project
