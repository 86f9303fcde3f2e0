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

/// What the cluster keeps beside the script for whoever asks later, as lines of `key value`.
std::string render_notes(const submission::Submission& submission, std::string_view command_line,
                         std::string_view time);

/// Values of a request: one word each, or a list.
struct Variables {
    std::map<std::string, std::string> words;
    std::map<std::string, std::vector<std::string>> lists;
};

/// A program for `bash -s`: the variables, then `cluster/remote/common.sh`, what the request shares
/// with others or with jobs, then `cluster/remote/<request>.sh`. Bytes that follow it on standard
/// input are the request's data. Comments stay at home.
std::string render_request(std::string_view request, const Variables& variables);

/// True for a word that may end this request's answer: `finish WORD` in its text. One of them must
/// come, or the answer was cut off.
bool is_last_word(std::string_view request, std::string_view word);

} // namespace rdvc::script
