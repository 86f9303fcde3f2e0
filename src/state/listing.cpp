#include "state/listing.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/clock.hpp"
#include "base/columns.hpp"
#include "base/text.hpp"
#include "slurm/units.hpp"
#include "state/describe.hpp"
#include "state/state.hpp"
#include "submission/mirror.hpp"

namespace rdvc::state {

namespace {

// Since it was submitted, by the laptop's clock then and the cluster's now.
std::string age_of(const Record& record, const Overview& overview) {
    const auto sent = base::parse_utc(field(record.notes, "time"));
    return sent == 0 ? "" : base::age(std::max<std::int64_t>(overview.time - sent, 0));
}

// `12 min/1 h`: how long it has run, and its limit while SLURM tells it.
std::string time_of(const Record& record, const slurm::Job* job, const State& state,
                    const Overview& overview) {
    const auto limit =
        job == nullptr || !is_live(state.kind()) ? std::nullopt : slurm::seconds_of(job->limit);
    const auto run = state.kind() == Kind::pending ? std::nullopt : seconds_run(record, overview);
    const auto text = run ? base::age(static_cast<std::int64_t>(*run)) : "";
    return limit ? fmt::format("{}/{}", text.empty() ? "-" : text, base::duration(*limit)) : text;
}

// `demo` of the mirror `demo-7f3a9c1d.git`; the cluster may have written anything else.
std::string project_of(const std::string& mirror) {
    constexpr std::size_t after_name = std::string_view("-7f3a9c1d.git").size();
    return mirror.size() > after_name && mirror.ends_with(".git")
               ? submission::parts_of(mirror).name
               : mirror;
}

// Why it is as it is, and when that is expected to change.
std::string detail_of(const State& state, const Record& record, const Overview& overview) {
    const auto start = expected_start(record, overview);
    return state.detail.empty() || start.empty() ? state.detail : state.detail + "; " + start;
}

// Of a sweep: `0.81 to 0.93`.
std::string metric_of(const Metric& metric, const Record& record) {
    if (record.task_count() == 0) {
        const auto* value = metric.of(record.token, record.task);
        return value == nullptr ? "" : value->text;
    }
    const auto own = metric.values.find(record.token);
    const MetricValue* least = nullptr;
    const MetricValue* most = nullptr;
    if (own != metric.values.end())
        for (const auto& [task, value] : own->second) {
            if (!value.number)
                continue;
            least = least == nullptr || *value.number < *least->number ? &value : least;
            most = most == nullptr || *value.number > *most->number ? &value : most;
        }
    if (least == nullptr || least->text == most->text)
        return least == nullptr ? "" : least->text;
    return fmt::format("{} to {}", least->text, most->text);
}

std::vector<std::string> row_of(const Record& record, const Listed& listed) {
    const auto& overview = listed.overview;
    const auto project = project_of(field(record.notes, "mirror"));
    const auto job = record.job.empty() ? "-" : record.job;
    const auto age = age_of(record, overview);
    if (record.task_count() > 0) {
        const auto sweep = derive_sweep(record, overview);
        return {listed.cluster,
                project,
                name_of(record),
                job,
                describe_counts(sweep),
                "",
                metric_of(listed.metric, record),
                age,
                "",
                "",
                detail_of(sweep.state, record, overview)};
    }
    const auto state = derive_state(record, overview);
    const auto* slurms = job_of(record, overview);
    const auto ran_on = field(record.result, "node");
    const auto node = !ran_on.empty() || slurms == nullptr ? ran_on : slurms->node;
    return {listed.cluster,
            project,
            name_of(record),
            job,
            state.word,
            phase_and_age(record, state, overview),
            metric_of(listed.metric, record),
            age,
            time_of(record, slurms, state, overview),
            node,
            detail_of(state, record, overview)};
}

} // namespace

const MetricValue* Metric::of(const std::string& token, unsigned task) const {
    const auto own = values.find(token);
    if (own == values.end())
        return nullptr;
    const auto found = own->second.find(task);
    return found == own->second.end() ? nullptr : &found->second;
}

std::string list_text(const std::vector<Listed>& all, Columns columns,
                      std::optional<std::size_t> width) {
    enum Column : std::size_t {
        cluster,
        project,
        experiment,
        job,
        state,
        phase,
        metric,
        age,
        time,
        node
    };
    std::vector<std::vector<std::string>> rows = {{"CLUSTER", "PROJECT", "EXPERIMENT", "JOB",
                                                   "STATE", "PHASE", "", "AGE", "TIME/LIMIT",
                                                   "NODE", "DETAIL"}};
    for (const auto& listed : all)
        rows.front()[metric] = base::printable(base::upper(listed.metric.name));
    for (const auto& listed : all)
        for (const auto& record : listed.overview.submissions)
            rows.push_back(row_of(record, listed));
    if (rows.size() == 1)
        return "";
    std::vector<std::size_t> without;
    if (!columns.cluster)
        without.push_back(cluster);
    if (!columns.project)
        without.push_back(project);
    for (const auto column : {metric, age, time, node})
        if (std::all_of(rows.begin() + 1, rows.end(),
                        [&](const auto& row) { return row[column].empty(); }))
            without.push_back(column);
    return base::columns(std::move(rows), {without, {node, age, time, phase, job}, width});
}

} // namespace rdvc::state
