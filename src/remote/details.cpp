#include "remote/details.hpp"

#include <fmt/core.h>

#include "base/text.hpp"
#include "remote/status.hpp"

namespace rdvc::remote {

using base::Error;
using base::Exit;

namespace {

unsigned number_of(const std::string& text) {
    return base::parse_number(text).value_or(0);
}

void add_detail(state::Details& details, const transport::Frame& frame, const std::string& token) {
    const auto words = base::words(frame.rest);
    if (frame.verb == "described") {
        details.job = state::job_fields(frame.rest);
    } else if (frame.verb == "line" && words.size() == 3) {
        details.line = {number_of(words[0]), number_of(words[1]), number_of(words[2])};
    } else if (frame.verb == "log" && words.size() == 2) {
        details.log = {slurm::epoch_of(words[0]),
                       static_cast<std::uint64_t>(slurm::epoch_of(words[1])), ""};
    } else if (frame.verb == "mark") {
        const auto [time, file] = base::key_and_value(frame.rest);
        details.marks.push_back({base::parse_time(time), base::printable(file)});
    } else if (frame.verb == "start") {
        details.starts.push_back(frame.rest);
    } else if (frame.verb == "ran") {
        if (const auto ran = state::parse_ran(frame.rest, token))
            details.ran.push_back(*ran);
    }
}

} // namespace

Detailed ask_details(Cluster& cluster, const std::string& mirror, const Target& target, More more) {
    Detailed all;
    script::Variables variables;
    variables.words = {
        {"mirror", mirror},
        {"only", target.token},
        {"limit", "1"},
        {"ended", "0"},
        {"table", ""},
        {"extra", fmt::format("{} {}", more == More::job ? "job" : "times", target.task)}};
    variables.lists = {{"known", {}}, {"plots_of", {}}};
    cluster.ask(
        "status", variables,
        [&](const transport::Frame& frame) {
            add_frame(all.overview, frame);
            add_detail(all.details, frame, target.token);
        },
        [&](std::string_view bytes) {
            if (all.details.log)
                all.details.log->end += bytes;
        });
    if (all.overview.submissions.empty())
        throw Error(Exit::failed, "the cluster has no trace of this submission")
            .hint("rdvc retry " + target.token.substr(0, 8));
    const auto& submission = all.overview.submissions.front();
    if (target.task > submission.task_count())
        throw no_such_task(target.token, fmt::format("task {}", submission.task_count()));
    all.record = target.task == 0 ? submission : submission.of_task(target.task);
    return all;
}

} // namespace rdvc::remote
