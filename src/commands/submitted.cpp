#include "commands/submitted.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace rdvc::commands {

void report_submitted(const world::Console& console, const ledger::Record& record, bool json) {
    const auto& job = record.job;
    if (json) {
        nlohmann::json answer = {{"token", record.token},
                                 {"job", job},
                                 {"name", record.name},
                                 {"cluster", record.cluster},
                                 {"commit", record.commit}};
        if (record.tasks > 0)
            answer["tasks"] = record.tasks;
        console.data(answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    } else if (job.empty()) {
        console.note("the environment is ready");
    } else if (console.verbosity == world::Verbosity::quiet) {
        console.data(base::printable(job) + "\n");
    } else {
        console.data(fmt::format("submitted {}{} as job {} on {}\n", console.bold(record.name),
                                 record.tasks > 0 ? fmt::format(" ({} tasks)", record.tasks) : "",
                                 base::printable(job), record.cluster));
    }
}

std::string what_to_type_next(const ledger::Record& record, bool comes_back) {
    const auto pull = comes_back ? " && rdvc pull " + record.job : "";
    if (record.tasks > 0)
        return fmt::format("next:  rdvc status {0}    rdvc logs -f {0}.1    rdvc wait {0}{1}",
                           record.job, pull);
    return fmt::format("next:  rdvc logs -f {0}    rdvc status    rdvc wait {0}{1}", record.job,
                       pull);
}

} // namespace rdvc::commands
