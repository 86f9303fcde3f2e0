#include "state/record.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/core.h>

#include "base/text.hpp"
#include "submission/tasks.hpp"

namespace rdvc::state {

std::string field(const std::map<std::string, std::string>& map, const std::string& key) {
    const auto found = map.find(key);
    return found == map.end() ? "" : found->second;
}

unsigned Record::task_count() const {
    return base::parse_number(field(notes, "tasks")).value_or(0);
}

unsigned Record::pack() const {
    return std::max(base::parse_number(field(notes, "pack")).value_or(1), 1U);
}

std::vector<std::string> Record::job_ids() const {
    Array own{job, 0};
    std::vector<std::string> all;
    for (const auto& array : arrays) {
        all.push_back(array.id);
        if (task > 0 && array.offset < job_index())
            own = array;
    }
    if (task > 0)
        return {fmt::format("{}_{}", own.id, job_index() - own.offset)};
    return all.empty() ? std::vector{job} : all;
}

std::optional<unsigned> Record::task_called(const std::string& array, unsigned index) const {
    if (pack() > 1) // a job has no single task
        return std::nullopt;
    for (const auto& one : arrays)
        if (one.id == array && index <= task_count() - std::min(one.offset, task_count()))
            return one.offset + index;
    return std::nullopt;
}

std::string Record::log_id() const {
    return task > 0 && pack() > 1 ? fmt::format("{}.{}", job_id(), task) : job_id();
}

Record Record::of_task(unsigned number) const {
    const auto own =
        std::lower_bound(tasks.begin(), tasks.end(), number,
                         [](const Record& one, unsigned sought) { return one.task < sought; });
    Record one = own != tasks.end() && own->task == number ? *own : Record{.token = token};
    one.token = token;
    one.task = number;
    const auto own_name = field(one.notes, "name"); // one of values does not follow from the number
    one.notes = notes;
    one.notes.erase("tasks");
    one.notes["name"] =
        own_name.empty() ? submission::task_name(field(notes, "name"), number) : own_name;
    one.job = job;
    one.arrays = arrays;
    one.sbatch_exit = sbatch_exit;
    one.sbatch_error = sbatch_error;
    one.attempt = attempt;
    one.is_new = is_new;
    one.cancelled = cancelled;
    if (one.revoked.empty())
        one.revoked = !revoked.empty() || one.claimed ? revoked : stopped;
    if (one.unsure.empty())
        one.unsure = unsure;
    return one;
}

std::string Record::submission_id() const {
    return job.empty() ? token.substr(0, 8) : job;
}

std::string Record::id() const {
    return task == 0 ? submission_id() : fmt::format("{}.{}", submission_id(), task);
}

std::string Record::folder(const std::string& dir) const {
    return fmt::format("{}/jobs/{}/{}", dir, token, task);
}

bool Record::is_command() const {
    return field(notes, "kind") == "command";
}

unsigned long Record::output() const {
    return std::strtoul(field(result, "output").c_str(), nullptr, 10);
}

} // namespace rdvc::state
