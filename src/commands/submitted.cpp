#include "commands/submitted.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace rdvc::commands {

void report_submitted(const world::Console& console, const ledger::Record& record, bool json) {
    const auto& job = record.job;
    if (json) {
        const nlohmann::json answer = {{"token", record.token},
                                       {"job", job},
                                       {"name", record.name},
                                       {"cluster", record.cluster},
                                       {"commit", record.commit}};
        console.data(answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    } else if (job.empty()) {
        console.note("the environment is ready");
    } else if (console.verbosity == world::Verbosity::quiet) {
        console.data(base::printable(job) + "\n");
    } else {
        console.data(fmt::format("submitted {} as job {} on {}\n", console.bold(record.name),
                                 base::printable(job), record.cluster));
    }
}

} // namespace rdvc::commands
