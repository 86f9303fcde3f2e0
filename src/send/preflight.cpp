#include "send/preflight.hpp"

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "remote/limits.hpp"

namespace rdvc::send {

void refuse_impossible(const remote::Cluster& cluster, const submission::Request& request) {
    const auto known = remote::known_limits(cluster);
    if (!known)
        return;
    const auto all = submission::refusals(request, known->limits);
    if (all.empty())
        return;
    std::vector<std::string> lines;
    for (const auto& [what, instead] : all) {
        if (what != all.front().what)
            lines.push_back(base::printable(what));
        if (!instead.empty())
            lines.push_back("  " + base::printable(instead));
    }
    lines.push_back(fmt::format("as `{}` said {} ago", cluster.name(), base::age(known->age)));
    throw base::Error(base::Exit::not_ready, base::printable(all.front().what))
        .context(base::join(lines, "\n"))
        .hint("if that has changed: `rdvc avail` asks again; --no-preflight submits all the same");
}

} // namespace rdvc::send
