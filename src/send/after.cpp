#include "send/after.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.hpp"
#include "remote/status.hpp"
#include "state/state.hpp"
#include "submission/token.hpp"

namespace rdvc::send {

using base::Error;
using base::Exit;
using submission::Predecessor;

namespace {

// How the jobs of one submission, or its task, stand.
struct Standing {
    bool is_live = false;
    std::string uncertain; ///< what is not known of it
    std::string bad;       ///< how it has ended, if not well
    std::string detail;
};

void add(Standing& standing, const state::State& state) {
    const auto kind = state.kind();
    if (state::is_live(kind))
        standing.is_live = true;
    else if (kind == state::Kind::unknown || kind == state::Kind::unconfirmed)
        standing.uncertain = state.detail.empty() ? state.word : state.detail;
    else if (!state::has_result(kind) && kind != state::Kind::built && standing.bad.empty()) {
        standing.bad = state.word;
        standing.detail = state.detail;
    }
}

Standing standing_of(const state::Record& record, const state::Overview& overview) {
    Standing standing;
    if (record.task_count() == 0)
        add(standing, state::derive_state(record, overview));
    for (unsigned number = 1; number <= record.task_count(); ++number)
        add(standing, state::derive_state(record.of_task(number), overview));
    if (record.task_count() > 0 && !standing.bad.empty())
        standing.bad = state::describe_counts(state::derive_sweep(record, overview));
    return standing;
}

// SLURM's words for one, or nothing if it need not be waited for.
std::string dependency_of(const world::World& world, const Predecessor& one,
                          const state::Record& record, const state::Overview& overview) {
    const auto standing = standing_of(record, overview);
    if (!one.is_any && !standing.bad.empty())
        throw Error(Exit::not_ready,
                    fmt::format("`--after {}`: it has not ended well: {}", one.what, standing.bad))
            .context(standing.detail)
            .hint(fmt::format("rdvc retry {0}; or --after any:{0}, which waits for its end only",
                              one.what));
    if (!standing.uncertain.empty() || (standing.is_live && record.job.empty()))
        throw Error(
            Exit::unknown,
            fmt::format("`--after {}`: it is not known whether its job has ended", one.what))
            .context(standing.uncertain);
    if (!standing.is_live) {
        world.console.note(fmt::format("{} has ended: it is not waited for", one.what));
        return "";
    }
    return submission::dependency_on(one, record.job_ids());
}

struct Found {
    std::vector<std::string> tokens; ///< `ok:TOKEN`, `any:TOKEN.7`
    std::string dependency;
};

Found find(world::World& world, const remote::Project& project, remote::Cluster& cluster,
           const std::vector<Predecessor>& all, const std::vector<remote::Target>& targets) {
    const bool is_one = std::all_of(targets.begin(), targets.end(), [&](const auto& target) {
        return target.token == targets.front().token;
    });
    const auto overview =
        remote::ask_overview(cluster, project.mirror, is_one ? targets.front().token : "",
                             is_one ? 1 : remote::all_submissions);
    Found found;
    std::vector<std::string> dependencies;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto& [token, task] = targets[i];
        const auto there =
            std::find_if(overview.submissions.begin(), overview.submissions.end(),
                         [&, &token = token](const auto& one) { return one.token == token; });
        if (there == overview.submissions.end())
            throw Error(Exit::not_ready,
                        fmt::format("`--after {}`: the cluster has nothing of it", all[i].what))
                .hint("rdvc status " + all[i].what);
        const auto record = task == 0 ? *there : there->of_task(task);
        if (const auto words = dependency_of(world, all[i], record, overview); !words.empty())
            dependencies.push_back(words);
        found.tokens.push_back(fmt::format("{}:{}{}", all[i].is_any ? "any" : "ok", token,
                                           task == 0 ? "" : fmt::format(".{}", task)));
    }
    found.dependency = base::join(dependencies, ",");
    return found;
}

} // namespace

void find_predecessors(world::World& world, const remote::Project& project,
                       remote::Cluster& cluster, submission::RunArguments& arguments) {
    if (arguments.after.empty())
        return;
    std::vector<std::string> words;
    for (const auto& one : arguments.after)
        words.push_back(one.what);
    const auto targets =
        remote::find_targets(remote::open_ledger(world).read(), cluster, project.mirror, words);
    const auto found = find(world, project, cluster, arguments.after, targets);
    arguments.after_tokens = found.tokens;
    arguments.dependency = found.dependency;
}

std::string find_predecessors_again(world::World& world, const remote::Project& project,
                                    remote::Cluster& cluster, const std::string& notes) {
    std::vector<remote::Target> targets;
    auto all = submission::parse_after(notes);
    for (auto& one : all) {
        const auto dot = std::min(one.what.find('.'), one.what.size());
        const auto token = one.what.substr(0, dot);
        if (!submission::is_token(token))
            return "";
        const auto task = base::parse_number(one.what.substr(std::min(dot + 1, one.what.size())));
        targets.push_back({token, task.value_or(0)});
        constexpr std::size_t digits = 8;
        one.what = token.substr(0, digits) + one.what.substr(dot);
    }
    return find(world, project, cluster, all, targets).dependency;
}

} // namespace rdvc::send
