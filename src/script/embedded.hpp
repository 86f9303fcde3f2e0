// The bash files of `cluster/`, as they were when the program was built.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rdvc::script {

/// The text of `cluster/<name>`, e.g. "job/main.sh". The name must exist.
std::string_view embedded(std::string_view name);

/// The names of the files in a folder of `cluster/`, in their order.
std::vector<std::string_view> embedded_in(std::string_view folder);

/// `embedded` as a request carries it, since it travels each time: without blank lines and lines
/// that are nothing but a comment.
std::string embedded_without_comments(std::string_view name);

/// The functions of a job script, the same for every job: all of `cluster/both/` and `cluster/job/`
/// but `main.sh`. They lie on the cluster once, in a folder that is named by their hash.
struct JobFunctions {
    std::string text;
    std::string hash; ///< 8 hex digits
};
const JobFunctions& job_functions();

} // namespace rdvc::script
