// The tasks of a submission: one, or those of a sweep, which travel in a file beside the script.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "submission/arguments.hpp"
#include "sweep/sweep.hpp"

namespace rdvc::submission {

/// One experiment of a submission; a sweep has several.
struct Task {
    std::string name;
    std::vector<std::string> arguments;       ///< for `dvc exp run`, or the command; as typed
    std::vector<sweep::Setting> varying = {}; ///< the parameters that differ between the tasks
};

/// More tasks do not fit into one job array of a usual cluster.
inline constexpr std::size_t most_tasks = 10'000;

/// Adds the rows of the file that `--params` names, whose text this is. Throws Error (usage): it
/// cannot be read, or as rows_from_params does.
void add_rows(RunArguments& arguments, const std::optional<std::string>& text);

/// All that sets a parameter, as overrides: `-S`, the rows and `--repeat`. They decide which stages
/// may run.
std::vector<std::string> settings_of(const RunArguments& arguments);

/// Those of them that set several values.
std::vector<std::string> swept_settings_of(const RunArguments& arguments);

/// The tasks that the arguments ask for: `name`, or NAME-1 to NAME-N of a sweep. Throws Error
/// (usage) as sweep::expand does.
std::vector<Task> tasks_of(const std::string& name, const RunArguments& arguments);

/// A line for each task, which the job reads by its number: the name and the arguments, with a
/// blank between them. What is not plain ASCII, blanks and backslashes are written as `\xHH`, an
/// empty word as `\0`.
std::string tasks_file(const std::vector<Task>& tasks);

/// The tasks in such a file; words that nobody wrote are taken as they are. Total.
std::vector<Task> read_tasks(std::string_view file);

/// Names the task `number` (from 1) of the sweep `name`.
std::string task_name(const std::string& name, std::size_t number);

} // namespace rdvc::submission
