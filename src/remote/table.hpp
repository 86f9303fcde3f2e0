// The request `status` for `rdvc table`: a submission's record, and what its jobs have copied of
// their metrics and plots, in one answer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "remote/cluster.hpp"
#include "state/record.hpp"

namespace rdvc::remote {

struct TableQuestion {
    std::string mirror;
    std::string token;
    unsigned task = 0;              ///< of a sweep; 0: all of it
    std::vector<std::string> plots; ///< tasks whose plots are wanted too, or `all`
    bool wants_tasks = false;       ///< the sweep's `tasks`, which this laptop does not have
};

/// Asks once; `on_data` gets the files, for table::LiveReader. Throws Error as Cluster::ask.
state::Overview ask_table(Cluster& cluster, const TableQuestion& question,
                          const Cluster::OnData& on_data);

} // namespace rdvc::remote
