// Lines of squeue and sinfo, words of sbatch.

#include "slurm/nodes.hpp"
#include "slurm/reports.hpp"
#include "submission/token.hpp"
#include "support.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(squeue) {
    std::vector<slurm::Nodes> nodes;
    for (const auto& line : base::lines(fuzz::text_of(data, size))) {
        if (const auto some = slurm::parse_sinfo_line(line); some && nodes.size() < 100)
            nodes.push_back(*some);
        const auto job = slurm::parse_squeue_line(line);
        fuzz::check(!slurm::explain_reason(line).empty(), "each reason is a sentence");
        if (!job)
            continue;
        fuzz::check(job->id.find_first_not_of("0123456789") == std::string::npos,
                    "an id is digits");
        fuzz::check(job->token.empty() || submission::is_token(job->token), "a token is one");
        fuzz::check(!job->state.empty(), "a job has a state");
        slurm::is_active(job->state);
    }
    for (const auto& offer : slurm::offers(nodes))
        fuzz::check(!offer.feature.empty() && !offer.partition.empty() &&
                        (!offer.gpu || !offer.gres.empty()),
                    "an offer can be written");
    return 0;
}
