#include "submission/request.hpp"

#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "base/text.hpp"
#include "slurm/units.hpp"

namespace rdvc::submission {

namespace {

std::string value_of(const Submission& submission, std::string_view name) {
    for (const auto& [option, value] : submission.sbatch)
        if (option == name)
            return value.value_or("");
    return "";
}

// The number at the end of `4`, `a100:4`; 0 for anything else.
unsigned long count_in(const std::string& text) {
    return base::parse_number(text.substr(text.rfind(':') + 1)).value_or(0);
}

unsigned long number_or_1(const Submission& submission, std::string_view name) {
    return std::max(1UL, count_in(value_of(submission, name)));
}

unsigned long gpus_of(const Submission& submission) {
    const auto nodes = number_or_1(submission, "nodes");
    if (const auto all = count_in(value_of(submission, "gpus")); all > 0)
        return all;
    if (const auto each = count_in(value_of(submission, "gpus-per-node")); each > 0)
        return each * nodes;
    for (const auto& resource : base::split(value_of(submission, "gres"), ','))
        if (resource == "gpu" || resource.starts_with("gpu:"))
            return std::max(1UL, count_in(resource)) * nodes;
    return 0;
}

std::string hours(unsigned long units, long seconds) {
    constexpr double hour = 3600;
    const auto all = static_cast<double>(units) * static_cast<double>(seconds) / hour;
    return all < 10 ? fmt::format("{:.1f}", all) : fmt::format("{:.0f}", all);
}

} // namespace

std::string varied_keys(const std::vector<Task>& tasks) {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < tasks.front().varying.size(); ++i) {
        std::set<std::string> values;
        for (const auto& task : tasks)
            values.insert(task.varying.at(i).value);
        parts.push_back(fmt::format("{} ({})", tasks.front().varying[i].key,
                                    base::count(values.size(), "value")));
    }
    return base::join(parts, ", ");
}

std::string describe_request(const Submission& submission) {
    const auto time = value_of(submission, "time");
    const auto seconds = slurm::seconds_of(time);
    const auto tasks = static_cast<unsigned long>(submission.tasks.size());
    const auto jobs = static_cast<unsigned long>(submission.job_count());
    const auto cpus = number_or_1(submission, "cpus-per-task") * number_or_1(submission, "ntasks");
    const auto gpus = gpus_of(submission);
    auto text = base::count(tasks, "task");
    if (submission.pack > 1)
        text += " in " + base::count(jobs, "job");
    if (seconds)
        text += " x " + time;
    text += " x " + base::count(cpus, "CPU");
    if (gpus > 0)
        text += fmt::format(" and {}", base::count(gpus, "GPU"));
    if (!seconds)
        return text + "; no time limit of your own";
    return text + fmt::format(" = at most {} CPU-hours{}", hours(jobs * cpus, *seconds),
                              gpus == 0
                                  ? ""
                                  : fmt::format(" and {} GPU-hours", hours(jobs * gpus, *seconds)));
}

} // namespace rdvc::submission
