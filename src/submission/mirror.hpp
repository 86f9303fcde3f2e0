// The name of a project's mirror on a cluster. Submissions, results and environments are listed by
// it, so it must not change.
#pragma once

#include <string>

namespace rdvc::submission {

/// `<name>-<8 hex>.git`. `id` is project.id, if there is one; else origin's URL, else the first
/// commit, distinguishes projects of the same name.
std::string mirror_name(const std::string& repo_name, const std::string& id,
                        const std::string& origin_url, const std::string& root_commit);

/// The name of the project's folders on the cluster: the mirror's without its ending.
std::string project_id(const std::string& mirror);

/// The parts of a mirror's name.
struct MirrorParts {
    std::string name;
    std::string digits; ///< 8 hex digits
};

/// Those of `mirror`, which mirror_name made.
MirrorParts parts_of(const std::string& mirror);

/// A project.id that gives a mirror with these digits, and is unique after them.
std::string id_with(const std::string& digits);

} // namespace rdvc::submission
