#include "state/measured.hpp"

#include "state/state.hpp"

namespace rdvc::state {

namespace {

void add(Measured& all, const Record& record, const Overview& overview) {
    if (record.result.empty())
        return;
    const auto state = derive_state(record, overview);
    all.used = largest(all.used, usage_in(record.result));
    if (record.result.contains("asked"))
        all.asked = asked_in(record.result);
    all.ending.well |= has_result(state.kind());
    all.ending.out_of_memory |= state.word == "out_of_memory";
    all.ending.out_of_time |= state.word == "timeout";
}

} // namespace

Measured measured_of(const Record& record, const Overview& overview) {
    Measured all;
    if (record.task_count() == 0)
        add(all, record, overview);
    for (const auto& task : record.tasks)
        add(all, record.of_task(task.task), overview);
    return all;
}

} // namespace rdvc::state
