// The reason in the last lines of a program's output, and in a job's log.

#include "project/failure.hpp"
#include "base/text.hpp"
#include "support.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(failure) {
    const std::string text(fuzz::text_of(data, size));
    for (const auto& reason :
         {project::failure_in(base::lines(text)), project::failure_in(base::split(text, '\t')),
          project::failure_in_log(text)}) {
        fuzz::check(reason.size() <= 400, "a reason is short");
        fuzz::check(base::printable(reason) == reason, "a reason is clean");
        fuzz::check(reason.find('\n') == std::string::npos, "a reason is one line");
    }
    // The lines of a failure are the log's own, but for one that says that some are left out.
    for (const auto& line : base::lines(project::last_failure(text)))
        fuzz::check(line == "..." || text.find(line) != std::string::npos,
                    "a failure's lines are the log's");
    return 0;
}
