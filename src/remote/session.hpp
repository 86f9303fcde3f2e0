// A session in a job's allocation, for `rdvc shell` and `rdvc exec` (cluster/node/session.sh).
#pragma once

#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "remote/lookup.hpp"
#include "world/world.hpp"

namespace rdvc::remote {

/// What a session is to be.
struct Session {
    Target target = {};
    bool owns_job = false; ///< the job is there for it alone
    bool on_login = false; ///< on the login node, where its submission's script runs
    bool has_terminal = false;
    bool is_quiet = false;               ///< only the session itself is to be heard
    std::vector<std::string> words = {}; ///< the command; none: a shell
};

/// What the login node has prepared for it.
struct Opened {
    std::string file;    ///< that a second connection runs
    std::string failure; ///< why the job, which was there for the session, could not prepare all
};

/// Waits until the job is ready, and says meanwhile what it waits for, and what it prints. If this
/// process is told to end (base::Interrupts), a job of the session's own is cancelled. Throws
/// Error: interrupted; failed if there is no running job; and as Cluster::ask does.
Opened open_session(world::World& world, Cluster& cluster, const Session& session);

/// Runs the session with this process's own streams. Returns the exit code of the command (of a
/// shell 0). Throws Error (failed) if it was ended from outside, or did not begin.
int run_session(world::World& world, Cluster& cluster, const Session& session,
                const Opened& opened);

/// Cancels the job of a session that will not begin. Returns its number if that failed.
std::string end_session(Cluster& cluster, const Session& session);

} // namespace rdvc::remote
