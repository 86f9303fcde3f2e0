#include "send/again.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include <fmt/core.h>

#include "base/text.hpp"
#include "remote/status.hpp"
#include "send/after.hpp"
#include "state/state.hpp"
#include "submission/again.hpp"

namespace rdvc::send {

using base::Error;
using base::Exit;
using submission::SbatchOption;

namespace {

// One job of the last attempt that has ended without a result.
struct Ended {
    state::Record record;
    state::State state;
};

std::vector<Ended> ended_without_result(const state::Record& submission,
                                        const state::Overview& overview, unsigned only) {
    std::vector<state::Record> jobs;
    if (submission.task_count() == 0)
        jobs.push_back(submission);
    for (unsigned number = 1; number <= submission.task_count(); ++number)
        if (only == 0 || only == number)
            jobs.push_back(submission.of_task(number));
    std::vector<Ended> ended;
    for (auto& job : jobs) {
        auto state = state::derive_state(job, overview);
        if (!state::has_result(state.kind()) && !state::is_live(state.kind()))
            ended.push_back({std::move(job), std::move(state)});
    }
    return ended;
}

bool has_failed(const Ended& one) {
    const auto kind = one.state.kind();
    return kind == state::Kind::failed ||
           (kind == state::Kind::ended && one.state.word != "cancelled");
}

bool ran_out_of_memory(const Ended& one) {
    return one.state.word == "out_of_memory";
}

bool failed_by_node(const Ended& one) {
    return one.state.word == "node_fail" || one.state.word == "boot_fail";
}

// Keeps those for which this holds; throws if it holds for none.
void keep(std::vector<Ended>& ended, const std::function<bool(const Ended&)>& holds,
          const std::string& what, const std::string& did) {
    std::set<std::string> words;
    for (const auto& one : ended)
        words.insert(one.state.word);
    std::erase_if(ended, [&](const Ended& one) { return !holds(one); });
    if (!ended.empty())
        return;
    Error error(Exit::failed, fmt::format("nothing of {} {}", what, did));
    if (!words.empty())
        error
            .context("without a result: " +
                     base::join(std::vector<std::string>(words.begin(), words.end()), ", "))
            .hint(fmt::format("rdvc retry {}, for all that has no result", what));
    throw error;
}

// A file of the submission's folder on the cluster; "" if missing.
std::string read_there(remote::Cluster& cluster, const std::string& token,
                       const std::string& file) {
    script::Variables variables;
    variables.words = {{"token", token}, {"task", "0"},   {"file", file},
                       {"follow", "0"},  {"offset", "0"}, {"tail", ""}};
    std::string text;
    cluster.ask(
        "logs", variables, [](const transport::Frame&) {},
        [&](std::string_view bytes) { text += bytes; });
    return text;
}

submission::LastHeader last_header(world::World& world, remote::Cluster& cluster,
                                   const state::Record& record) {
    const auto& token = record.token;
    const auto script = remote::open_ledger(world).script(token);
    return {script ? *script : read_there(cluster, token, "job.sh"),
            record.attempt > 1 ? read_there(cluster, token, "options") : ""};
}

// The option `--mem=xN`, or the end.
auto find_factor(std::vector<SbatchOption>& options) {
    return std::find_if(options.begin(), options.end(), [](const SbatchOption& option) {
        return option.first == "mem" && option.second && option.second->starts_with("x");
    });
}

unsigned checked_factor(const std::string& wanted) {
    const auto factor = submission::factor_of(wanted);
    if (!factor)
        throw Error(Exit::usage, fmt::format("`--mem={}` is no factor", wanted))
            .context("it must be a whole number from x2 to x100")
            .hint("--mem=x2 asks for twice as much as before, --mem=64G for that much");
    return *factor;
}

SbatchOption more_memory(const submission::LastHeader& header, const std::string& wanted) {
    const auto factor = checked_factor(wanted);
    const auto last = submission::last_option(header, {"mem", "mem-per-cpu", "mem-per-gpu"});
    if (!last)
        throw Error(Exit::usage, fmt::format("`--mem={}`: the last attempt asked for no memory, so "
                                             "the partition's default held",
                                             wanted))
            .hint("say how much it needs: --mem=64G");
    const auto size = submission::multiplied(last->second.value_or(""), factor);
    if (!size)
        throw Error(Exit::usage,
                    fmt::format("`--mem={}`: the last attempt asked for `--{}={}`, which cannot be "
                                "multiplied",
                                wanted, last->first, base::printable(last->second.value_or(""))))
            .hint("say how much it needs: --mem=64G");
    return {last->first, *size};
}

// `--exclude` of this attempt, or else of the last one, and these nodes.
void exclude(std::vector<SbatchOption>& options, const submission::LastHeader& header,
             const std::vector<std::string>& nodes) {
    auto own = std::find_if(options.begin(), options.end(),
                            [](const SbatchOption& option) { return option.first == "exclude"; });
    if (own == options.end())
        own = options.insert(
            own,
            submission::last_option(header, {"exclude"}).value_or(SbatchOption{"exclude", ""}));
    auto all = base::split(own->second.value_or(""), ',');
    std::erase(all, "");
    for (const auto& node : nodes)
        if (std::find(all.begin(), all.end(), node) == all.end())
            all.push_back(node);
    own->second = base::join(all, ",");
}

bool is_node_name(const std::string& name) {
    return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTU"
                                                   "VWXYZ0123456789._-") == std::string::npos;
}

std::vector<std::string> nodes_of(std::vector<Ended> ended, const std::string& what) {
    keep(ended, failed_by_node, what, "failed by its node");
    std::set<std::string> nodes;
    for (const auto& one : ended)
        if (is_node_name(one.record.node))
            nodes.insert(one.record.node);
    if (nodes.empty())
        throw Error(Exit::failed,
                    fmt::format("it is not known on which nodes the jobs of {} failed", what))
            .hint("name them: --exclude=NODES");
    return {nodes.begin(), nodes.end()};
}

bool has(const std::vector<SbatchOption>& options, std::string_view name) {
    return std::any_of(options.begin(), options.end(),
                       [&](const SbatchOption& option) { return option.first == name; });
}

// The jobs that the first attempt waited for have ended, or have others in their place. SLURM
// refuses ids that it has forgotten.
void wait_again(world::World& world, const remote::Project& project, remote::Cluster& cluster,
                const std::string& token, std::vector<SbatchOption>& options) {
    const auto script = remote::open_ledger(world).script(token);
    if (has(options, "dependency") ||
        !submission::last_option({script ? *script : read_there(cluster, token, "job.sh")},
                                 {"dependency"}))
        return;
    const auto overview = remote::ask_overview(cluster, project.mirror, token, 1);
    for (const auto& record : overview.submissions)
        if (const auto after = state::field(record.notes, "after");
            record.token == token && !after.empty())
            options.emplace_back("dependency",
                                 find_predecessors_again(world, project, cluster, after));
}

} // namespace

Again choose_again(world::World& world, const remote::Project& project, remote::Cluster& cluster,
                   const ledger::Record& record, const RetryQuestion& question) {
    const auto& [what, target, arguments, which, avoid_nodes] = question;
    Again again{{}, arguments.sbatch};
    if (target.task > 0)
        again.tasks = {target.task};
    wait_again(world, project, cluster, target.token, again.sbatch);
    const auto factor = find_factor(again.sbatch);
    if (which == Which::without_result && factor == again.sbatch.end() && !avoid_nodes)
        return again;
    if (factor != again.sbatch.end())
        checked_factor(*factor->second);
    const auto overview = remote::ask_overview(cluster, project.mirror, target.token, 1);
    const auto there =
        std::find_if(overview.submissions.begin(), overview.submissions.end(),
                     [&](const state::Record& one) { return one.token == record.token; });
    if (there == overview.submissions.end())
        return again;
    if (!overview.squeue_answered)
        throw Error(Exit::unknown, "it is not known what has ended: squeue does not answer")
            .context(overview.squeue_words);
    auto ended = ended_without_result(*there, overview, target.task);
    const bool is_whole_sweep = there->task_count() > 0 && target.task == 0;
    const auto all = ended.size();
    if (which == Which::failed)
        keep(ended, has_failed, what, "has failed");
    if (factor != again.sbatch.end() && is_whole_sweep)
        keep(ended, ran_out_of_memory, what, "ran out of memory");
    const auto header = last_header(world, cluster, *there);
    if (factor != again.sbatch.end()) {
        *factor = more_memory(header, *factor->second);
        world.console.note(fmt::format("memory: --{}={}", factor->first, *factor->second));
    }
    if (avoid_nodes) {
        const auto nodes = nodes_of(ended, what);
        exclude(again.sbatch, header, nodes);
        world.console.note("not on: " + base::join(nodes, ", "));
    }
    if (is_whole_sweep) {
        for (const auto& one : ended)
            again.tasks.push_back(one.record.task);
        if (ended.size() < all)
            world.console.note(fmt::format("{} of {} tasks without a result; the others stay as "
                                           "they are",
                                           ended.size(), all));
    }
    return again;
}

} // namespace rdvc::send
