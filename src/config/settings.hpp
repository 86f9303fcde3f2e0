// The one table of settings: name, kind, default, who may set it, and what it means. Reading,
// checking and `rdvc init` use it; the manual has the same table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rdvc::config {

enum class Kind { text, flag, list, size, number };

/// A project's own file may not say where code is sent or what runs on the laptop: a cloned project
/// could otherwise redirect uncommitted work.
enum class SetBy {
    user,    ///< the user's own files and variables
    cluster, ///< also a file on the cluster that the user's file includes
    project  ///< also a project's file
};

struct Setting {
    std::string_view key; ///< "table.name"; `cluster.*` also stands for `clusters.NAME.*`
    Kind kind;
    SetBy set_by;
    std::string_view fallback;
    std::string_view help;
    std::string_view choices = {}; ///< allowed values of a text; "": any
};

const std::vector<Setting>& settings();

/// The row of `key`, or null. `run.<sbatch option>` has no row: it is in sbatch's own table.
const Setting* find_setting(std::string_view key);

/// True if `key` says where a cluster is, or what belongs to it alone. Of a built-in cluster these
/// are known, and no variable changes them.
bool describes_one_cluster(std::string_view key);

/// The environment variable that sets `key`: RDVC_ and the key in capitals.
std::string environment_variable(std::string_view key);

} // namespace rdvc::config
