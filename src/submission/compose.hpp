// Facts + configuration + arguments -> one submission, a pure value.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "submission/arguments.hpp"

namespace rdvc::submission {

/// One experiment of a submission; a sweep will have many.
struct Task {
    std::string name;
    std::vector<std::string> arguments; ///< for `dvc exp run`, as typed
};

/// What `rdvc run` found out about the project before it composes anything.
struct Facts {
    std::string repo_name;
    std::string origin_url; ///< without password; empty: no remote `origin`
    std::string branch;     ///< empty: detached HEAD
    std::string commit;
    std::string project_dir; ///< of the DVC project within the repository; "" for its root
    std::string subdir;      ///< where the user stands within the repository; "" for its root
    std::string mirror;      ///< `NAME-<8 hex>.git`
    std::string setup;       ///< the setup command; "" for none
};

struct Submission {
    std::string token;
    int attempt = 1;
    Facts facts;
    std::string code; ///< "ssh" or "origin"
    std::vector<SbatchOption> sbatch;
    std::vector<Task> tasks;
    bool force = false;
    bool pull = true;
    std::string activate;
    std::string dir;   ///< rdvc's folder on the cluster, absolute or `~/...`
    std::string cache; ///< DVC's cache there; "" for `cache` in `dir`
    std::string workspace_root;
    std::string min_free;
};

/// The submission. sbatch options: defaults, then `[run]`, then the instance, then `--option`; an
/// empty value or `false` takes one away. Throws Error (configuration) for an unknown instance.
Submission compose(const std::string& token, const Facts& facts, const config::Config& config,
                   const RunArguments& arguments);

/// The name of the project's mirror on a cluster. `id` is project.id, if there is one; else
/// origin's URL, else the first commit, tells projects of the same name apart.
std::string mirror_name(const std::string& repo_name, const std::string& id,
                        const std::string& origin_url, const std::string& root_commit);

} // namespace rdvc::submission
