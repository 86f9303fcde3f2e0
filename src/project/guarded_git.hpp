// Every git of rdvc's goes through here. A folder of a project's can look like a bare repository,
// whose settings name programs; a user who stands in it has never agreed to them.
#pragma once

#include <filesystem>

#include "base/process.hpp"

namespace rdvc::project {

/// Hands commands on. git gets `safe.bareRepository=explicit` (since 2.38; older ones pass over it)
/// and `core.fsmonitor=false`, its children too.
class GuardedRunner : public base::Runner {
  public:
    explicit GuardedRunner(base::Runner& inner) : inner_(inner) {}
    base::Result run(const base::Command& command) override;

  private:
    base::Runner& inner_;
};

/// The folder that git would take for a bare repository when called in `folder`, before it comes to
/// a `.git`; empty if there is none. For gits that do not know safe.bareRepository, and for DVC.
std::filesystem::path embedded_repository(const std::filesystem::path& folder);

} // namespace rdvc::project
