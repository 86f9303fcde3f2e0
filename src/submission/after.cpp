#include "submission/after.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace rdvc::submission {

using base::Error;
using base::Exit;

std::vector<Predecessor> parse_after(const std::string& value) {
    std::vector<Predecessor> all;
    for (const auto& part : base::split(value, ',')) {
        const auto colon = part.find(':');
        const auto kind = colon == std::string::npos ? "ok" : part.substr(0, colon);
        const auto what = colon == std::string::npos ? part : part.substr(colon + 1);
        if (kind != "ok" && kind != "any")
            throw Error(Exit::usage,
                        fmt::format("`--after {}`: `{}` is neither `ok` nor `any`", value, kind))
                .hint(
                    "--after ok:SUBMISSION waits for success, --after any:SUBMISSION for the end");
        if (what.empty())
            throw Error(Exit::usage, fmt::format("`--after {}` names no submission", value))
                .hint("--after SUBMISSION[,SUBMISSION]");
        const Predecessor one{what, kind == "any"};
        if (std::find(all.begin(), all.end(), one) == all.end())
            all.push_back(one);
    }
    return all;
}

std::string dependency_on(const Predecessor& predecessor, const std::vector<std::string>& jobs) {
    return (predecessor.is_any ? "afterany:" : "afterok:") + base::join(jobs, ":");
}

std::string both_dependencies(const std::string& own, const std::string& after) {
    if (own.empty() || after.empty())
        return own + after;
    if (own.find('?') != std::string::npos)
        throw Error(Exit::usage,
                    fmt::format("`--dependency={}` cannot be given with `--after`", own))
            .context("its jobs are alternatives (`?`), and SLURM combines those with nothing else");
    return own + "," + after;
}

} // namespace rdvc::submission
