#include "remote/table.hpp"

#include <fmt/core.h>

#include "remote/status.hpp"

namespace rdvc::remote {

state::Overview ask_table(Cluster& cluster, const TableQuestion& question,
                          const Cluster::OnData& on_data) {
    state::Overview overview;
    overview.stalled_after = cluster.stalled_after();
    script::Variables variables;
    variables.words = {{"mirror", question.mirror},
                       {"only", question.token},
                       {"limit", "1"},
                       {"ended", "0"},
                       {"table", question.task == 0 ? "all" : fmt::format("{}", question.task)},
                       {"extra", question.wants_tasks ? "tasks" : ""}};
    variables.lists = {{"known", {}}, {"plots_of", question.plots}};
    cluster.ask(
        "status", variables, [&](const transport::Frame& frame) { add_frame(overview, frame); },
        on_data);
    return overview;
}

} // namespace rdvc::remote
