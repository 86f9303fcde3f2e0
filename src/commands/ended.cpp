#include "commands/ended.hpp"

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "state/measured.hpp"
#include "state/state.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

void note_advice(const world::Console& console, const std::vector<std::string>& advice) {
    if (!advice.empty())
        console.note("next time: " + base::join(advice, "; "));
}

std::string with_advice(const std::string& context, std::vector<std::string> advice) {
    if (!context.empty())
        advice.insert(advice.begin(), context);
    return base::join(advice, "\n");
}

} // namespace

Ended ended_of(const remote::Target& target, const state::Overview& overview) {
    for (const auto& record : overview.submissions)
        if (record.token == target.token) {
            const auto one = target.task == 0 ? record : record.of_task(target.task);
            return {state::name_of(one), state::ending_of(one, overview), one.task_count() > 0,
                    state::measured_of(one, overview).advice()};
        }
    return {target.token.substr(0, 8), {false, "lost", "the cluster has no trace of it"}};
}

std::string report_end(const world::Console& console, const Ended& ended) {
    const auto& ending = ended.ending;
    if (!ending.good)
        throw Error(Exit::experiment_failed,
                    (ended.is_sweep ? "not all tasks have a result: " : "the job ended: ") +
                        ending.state)
            .context(with_advice(ending.why, ended.advice))
            .hint(ending.next);
    console.note(fmt::format("{}: {}{}", ended.name, ending.state,
                             ending.next.empty() ? "" : "; next:  " + ending.next));
    note_advice(console, ended.advice);
    return ending.state;
}

std::string report_result(const world::Console& console, std::map<std::string, std::string> result,
                          const std::string& id) {
    const auto& state = result["state"];
    const auto advice = state::measured_of({.token = "", .result = result}, {}).advice();
    if (state != "published" && state != "done" && state != "built")
        throw Error(Exit::experiment_failed, fmt::format("{} in phase {}", state, result["phase"]))
            .context(with_advice(state::explain_failure(result), advice))
            .hint((state == "unpublished" ? "rdvc status " : "rdvc logs ") + id);
    const bool has_output = result.contains("output") && result["output"] != "0";
    if (state == "published" && !result["message"].empty())
        console.note(result["message"]);
    if (state == "published")
        console.note(fmt::format("{} is published; next:  rdvc pull {}", result["name"], id));
    if (state == "done")
        console.note(result["name"] + " is done" + (has_output ? "; next:  rdvc pull " + id : ""));
    if (state == "done" && !result["message"].empty())
        console.note(result["message"]);
    if (state == "built")
        console.note("the environment is ready");
    else
        note_advice(console, advice);
    return state;
}

} // namespace rdvc::commands
