// The bash files of `cluster/`, as of the program's build.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rdvc::script {

/// The text of `cluster/<name>`, e.g. "job/main.sh". The name must exist.
std::string_view embedded(std::string_view name);

/// The names of the files in a folder of `cluster/`, in order.
std::vector<std::string_view> embedded_in(std::string_view folder);

/// `embedded` without blank lines and comment lines, since it may travel with a request.
std::string embedded_without_comments(std::string_view name);

/// The functions of a job script, the same for every job: all of `cluster/both/` and `cluster/job/`
/// but `main.sh`. The cluster stores them once, in a folder named by their hash.
struct JobFunctions {
    std::string text;
    std::string hash; ///< 8 hex digits
};
const JobFunctions& job_functions();

} // namespace rdvc::script
