// Submission -> text: the job script, and the requests that one ssh execution runs.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "submission/compose.hpp"

namespace rdvc::script {

/// The batch script: #SBATCH lines, the data as assignments, the sections of `cluster/job/`.
/// Throws Error (usage) for an sbatch value that a header line cannot express.
std::string render_job(const submission::Submission& submission);

/// What the cluster keeps beside the script for later requests, as lines of `key value`.
std::string render_notes(const submission::Submission& submission, std::string_view command_line,
                         std::string_view time);

/// Values of a request: one word each, or a list.
struct Variables {
    std::map<std::string, std::string> words;
    std::map<std::string, std::vector<std::string>> lists;
};

/// The bash of a request, which the cluster stores under its hash: what all requests share (in
/// `cluster/both/` and `cluster/login/lib/`), then `cluster/login/<request>.sh` without the call in
/// its last line. Comments are left out.
struct RequestText {
    std::string text;
    std::string hash;
    std::string call;
    std::string_view name;
};
RequestText request_text(std::string_view request);

/// A program for `bash -s`: the variables, the request's text, the call. The bytes after it on
/// standard input are the request's data. It needs no folder on the cluster.
std::string render_request(const RequestText& request, const Variables& variables);

/// The same without the text, which the cluster should have; if it does not, the request answers
/// `need HASH` and does nothing.
std::string render_short_request(const RequestText& request, const Variables& variables);

} // namespace rdvc::script
