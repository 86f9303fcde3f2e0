#include "remote/remembered.hpp"

#include <algorithm>
#include <ctime>

#include <fmt/core.h>

#include "remote/status.hpp"
#include "remote/told.hpp"

namespace rdvc::remote {

namespace {

// A submission as the ledger has it.
state::Record from_ledger(const ledger::Record& record) {
    state::Record one{.token = record.token,
                      .notes = {{"name", record.name},
                                {"time", record.time},
                                {"mirror", record.mirror},
                                {"commit", record.commit}},
                      .job = record.job};
    if (record.tasks > 0)
        one.notes["tasks"] = fmt::format("{}", record.tasks);
    if (record.state == ledger::State::refused)
        one.revoked = "it was refused";
    if (record.state == ledger::State::built)
        one.result = {{"state", "built"}};
    return one;
}

} // namespace

state::Overview remembered(const world::World& world, const Cluster& cluster,
                           const std::string& mirror, unsigned limit) {
    state::Overview overview;
    overview.is_offline = true;
    overview.time = std::time(nullptr);
    const auto records = ledger::by_attempt(open_ledger(world).read());
    std::map<std::string, std::vector<Told>> told; // by mirror
    for (auto record = records.rbegin();
         record != records.rend() && overview.submissions.size() < limit; ++record) {
        if (record->cluster != cluster.name() || (!mirror.empty() && record->mirror != mirror))
            continue;
        if (!told.contains(record->mirror))
            told[record->mirror] = read_told(cluster.told_file(record->mirror));
        const auto& all = told[record->mirror];
        const auto known = std::find_if(
            all.begin(), all.end(), [&](const Told& one) { return one.token == record->token; });
        overview.submissions.push_back(from_ledger(*record));
        if (known == all.end())
            continue;
        for (const auto& line : known->lines)
            add_frame(overview, {"file", record->token + " " + line});
    }
    return overview;
}

} // namespace rdvc::remote
