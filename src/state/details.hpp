// What the cluster tells of one job beside its records, for `rdvc why` and `rdvc events`.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rdvc::state {

/// The jobs that wait in a job's partition, as far as this user may see them; an array is one.
struct Line {
    unsigned higher = 0; ///< of higher priority
    unsigned own = 0;    ///< of those, this user's
    unsigned all = 0;    ///< that wait there, the job included
};

/// A log's end.
struct Log {
    std::int64_t time = 0; ///< of its last change
    std::uint64_t size = 0;
    std::string end; ///< at most 64 KB
};

/// When something on the cluster was written: a file of the submission (`jobid`, `claim.1/owner`)
/// or of its job's record (`result`).
struct Mark {
    double time = 0; ///< seconds since the epoch
    std::string file;
};

/// A line of accounting (sacct), about one attempt.
struct Ran {
    std::string job;
    std::string state;
    std::int64_t submit = 0; ///< seconds since the epoch; 0: unknown, here and below
    std::int64_t eligible = 0;
    std::int64_t start = 0;
    std::int64_t end = 0;
    std::string node;
};

struct Details {
    std::map<std::string, std::string> job; ///< the fields of `scontrol show job`, if it knows it
    std::optional<Line> line;
    std::optional<Log> log;
    std::vector<Mark> marks;
    std::vector<std::string> starts; ///< lines of the file `starts`
    std::vector<Ran> ran;
};

/// The fields of a line of `scontrol --oneliner show job` after the job's name, which may contain
/// anything, up to those that a user writes.
std::map<std::string, std::string> job_fields(const std::string& line);

/// A line `JobID|State|Submit|Eligible|Start|End|NodeList|Comment` of sacct with times in seconds;
/// nothing if it is another submission's or has another form.
std::optional<Ran> parse_ran(const std::string& line, const std::string& token);

} // namespace rdvc::state
