// The answer to the request `limits`, as `rdvc avail` and a run's preflight read it; the words of
// `sbatch --test-only`.

#include "slurm/limits.hpp"
#include "state/avail.hpp"
#include "submission/preflight.hpp"
#include "support.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(limits) {
    const auto text = fuzz::text_of(data, size);
    const auto limits = slurm::parse_limits(text);
    for (const auto& shown :
         {state::describe_partitions(limits, std::nullopt), state::describe_partitions(limits, 20),
          state::describe_allowance(limits)})
        for (const auto& line : base::lines(shown))
            fuzz::check(base::printable(line) == line, "what is shown is clean");
    fuzz::check(state::as_json(limits, "c").starts_with("{"), "JSON can be written");
    const submission::Request all{.sbatch = {{"time", "2-0"},
                                             {"constraint", "a&b"},
                                             {"gpus", "a100:2"},
                                             {"cpus-per-task", "8"},
                                             {"mem", "64G"}},
                                  .tasks = 50,
                                  .jobs = 50};
    for (const auto& refusal : submission::refusals(all, limits))
        fuzz::check(!refusal.what.empty(), "a refusal says what");
    fuzz::check(submission::refusals({.jobs = 0}, limits).empty(), "a plain job can be submitted");
    for (const auto& line : base::lines(text))
        if (const auto in = state::parse_estimate(line).in)
            fuzz::check(*in >= 0, "a job does not start in the past");
    return 0;
}
