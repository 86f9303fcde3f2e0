// `rdvc status`: submissions with their state and phase.

#include <fmt/core.h>

#include "base/text.hpp"
#include "bring/status_metric.hpp"
#include "commands/command.hpp"
#include "commands/one_submission.hpp"
#include "commands/status_watch.hpp"
#include "remote/identity.hpp"
#include "remote/project.hpp"
#include "remote/remembered.hpp"
#include "remote/status.hpp"
#include "state/describe.hpp"
#include "state/json.hpp"
#include "state/listing.hpp"
#include "submission/mirror.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

// If nothing is listed, the project's identity may have changed.
void note_nothing(world::World& world, const remote::Project& project, const std::string& cluster) {
    world.console.note("this project has no submission on " + cluster);
    const auto mirror = remote::earlier_mirror(world, project);
    if (!mirror)
        return;
    const auto [name, digits] = submission::parts_of(*mirror);
    const bool has_id = !project.config.text("project.id").empty();
    world.console.note(fmt::format(
        "{} of this laptop's, when it was `{}-{}`, will be listed with",
        base::count(remote::submissions_to(world, *mirror), "submission"), name, digits));
    for (const auto& line : {std::string("[project]"), "id = " + config::toml_string(digits),
                             "name = " + config::toml_string(name)})
        world.console.note("  " + line);
    world.console.note(fmt::format("in {}{}", project.config_file().string(),
                                   has_id ? "" : "; `rdvc init project` writes it"));
}

struct Question {
    std::string mirror; ///< "": all projects
    unsigned limit = 20;
    bool offline = false;
    bool json = false;    ///< for programs: then the cluster itself must answer
    std::string metric;   ///< shown beside each; "": none
    bool is_wish = false; ///< the metric was given as an option
};

// Says so if the user has asked for a metric that no submission has: it may be yet to come.
state::Listed ask_cluster(const world::World& world, remote::Cluster& cluster,
                          const Question& question) {
    if (question.metric.empty())
        return {cluster.name(), remote::ask_overview(cluster, question.mirror, "", question.limit)};
    auto [listed, names] =
        bring::ask_with_metric(cluster, question.mirror, question.limit, question.metric);
    if (!listed.metric.values.empty() || !question.is_wish || listed.overview.submissions.empty() ||
        question.mirror.empty()) // other clusters may have it
        return listed;
    if (names.empty()) {
        world.console.note("no job has written metrics that dvc.yaml declares yet");
    } else {
        world.console.note(fmt::format("no submission has the metric `{}` yet{}", question.metric,
                                       base::suggestion(question.metric, names)));
        world.console.note("metrics: " + base::join(names, ", "));
    }
    return listed;
}

// The cluster's answer; if it cannot be reached, what this laptop remembers, and `exit` says so.
state::Listed ask(world::World& world, remote::Cluster& cluster, const Question& question,
                  Exit& exit) {
    const auto remembered = [&] {
        return state::Listed{cluster.name(),
                             remote::remembered(world, cluster, question.mirror, question.limit),
                             {.name = question.metric}};
    };
    if (question.offline)
        return remembered();
    try {
        auto listed = ask_cluster(world, cluster, question);
        if (!listed.overview.squeue_answered && !question.json)
            world.console.warn("squeue does not answer: " + listed.overview.squeue_words);
        return listed;
    } catch (const Error& error) {
        const bool is_away = error.code() == Exit::unreachable || error.code() == Exit::unknown;
        if (!is_away || question.json)
            throw;
        auto listed = remembered();
        if (listed.overview.submissions.empty() && !question.mirror.empty())
            throw; // with --all, other clusters may answer
        world.console.warn(fmt::format("{}: {}", error.what(), error.context()));
        exit = error.code();
        return listed;
    }
}

// What is remembered is not what is.
void note_offline(const world::Console& console, const std::vector<state::Listed>& all) {
    for (const auto& listed : all)
        if (listed.overview.is_offline && !listed.overview.submissions.empty())
            console.note(fmt::format(
                "{} was not asked: this is what it had told this laptop before", listed.cluster));
}

// All projects on all clusters of the user's configuration.
Exit status_of_all(world::World& world, const std::string& only, const Question& question) {
    // Without a name it is [cluster], whatever cluster.default says.
    const auto config_of = [&](const std::string& name) {
        return remote::load_config(world, {}, name, config::DefaultCluster::ignored);
    };
    const auto config = config_of(only);
    std::vector<std::string> names = {only};
    if (only.empty())
        names.insert(names.end(), config.clusters().begin(), config.clusters().end());
    if (only.empty() && config.text("cluster.host").empty() && names.size() > 1)
        names.erase(names.begin());
    auto exit = Exit::done;
    std::vector<state::Listed> all;
    for (const auto& name : names) {
        remote::Cluster cluster(world, config_of(name));
        all.push_back(ask(world, cluster, question, exit));
    }
    if (question.json) {
        world.console.data(state::as_json(all));
        return exit;
    }
    const auto text =
        state::list_text(all, {.project = true, .cluster = all.size() > 1}, world.console.width());
    world.console.data(text);
    if (text.empty())
        world.console.note("there is no submission");
    note_offline(world.console, all);
    return exit;
}

// The submissions of the user's project.
Exit status_of_project(world::World& world, const std::string& cluster_name, Question question) {
    const auto project = remote::open_project(world, cluster_name);
    remote::Cluster cluster(world, project.config);
    question.mirror = project.mirror;
    if (!question.is_wish)
        question.metric = project.config.text("status.metric");
    auto exit = Exit::done;
    const auto listed = ask(world, cluster, question, exit);
    if (question.json) {
        world.console.data(state::as_json(listed.overview, listed.metric));
        return exit;
    }
    const auto text = state::list_text({listed}, {}, world.console.width());
    world.console.data(text);
    if (text.empty())
        note_nothing(world, project, cluster.name());
    note_offline(world.console, {listed});
    return exit;
}

// One submission, or one of its tasks, in full.
void describe(const world::Console& console, const remote::Target& target,
              const state::Overview& overview, const std::string& cluster) {
    for (const auto& record : overview.submissions)
        console.data(state::describe(target.task == 0 ? record : record.of_task(target.task),
                                     overview, cluster));
}

// By what this laptop knows.
Exit status_of_one_offline(world::World& world, const OneSubmission& one, bool json) {
    const auto project = remote::open_project(world, one.cluster());
    const remote::Cluster cluster(world, project.config);
    auto overview = remote::remembered(world, cluster, project.mirror, remote::all_submissions);
    const auto target = remote::find_remembered(remote::open_ledger(world).read(), cluster,
                                                project.mirror, overview, one.word());
    std::erase_if(overview.submissions,
                  [&](const state::Record& record) { return record.token != target.token; });
    if (json)
        world.console.data(state::as_json(overview));
    else
        describe(world.console, target, overview, cluster.name());
    if (!json)
        note_offline(world.console, {{cluster.name(), overview}});
    return Exit::done;
}

Exit status_of_one(world::World& world, const OneSubmission& one, bool json) {
    auto [project, cluster, target, token, task] = one.find(world);
    const auto overview = remote::ask_overview(cluster, project.mirror, token, 1);
    if (json) {
        world.console.data(state::as_json(overview));
        return Exit::done;
    }
    if (!overview.squeue_answered)
        world.console.warn("squeue does not answer: " + overview.squeue_words);
    describe(world.console, target, overview, cluster.name());
    if (overview.submissions.empty())
        world.console.note("the cluster has no trace of this submission");
    return Exit::done;
}

} // namespace

Exit status(world::World& world, const Words& words) {
    OneSubmission one(Unnamed::all);
    Question question;
    bool all = false;
    bool watch = false;
    cli::Options options("status", "Lists this project's submissions and their state.");
    options.number("-n,--limit", question.limit, "how many, newest first");
    one.add_to(options);
    options.flag("--all", all, "of all projects, on all configured clusters")
        .flag("--offline", question.offline, "what this laptop knows, without asking the cluster")
        .text("--metric", question.metric,
              "show this metric of each submission, also while it runs (default: status.metric)",
              "NAME")
        .flag("--watch", watch, "the whole terminal, until `q`; arrow keys lead to logs and back")
        .flag("--json", question.json, "as JSON");
    if (!options.parse(words, world.console))
        return Exit::done;
    question.is_wish = options.given("--metric");
    if (one.is_named() && all)
        throw Error(Exit::usage, "`--all` lists submissions, and takes none");
    if (one.is_named() && question.is_wish)
        throw Error(Exit::usage, "`--metric` is for a list of submissions")
            .hint("rdvc table " + one.word());
    if (watch) {
        if (one.is_named() || all || question.offline || question.json)
            throw Error(Exit::usage,
                        "`--watch` takes only `--limit`, `--metric` and `--cluster` beside it");
        watch_status(world, one.cluster(), question.limit,
                     question.is_wish ? std::optional(question.metric) : std::nullopt);
        return Exit::done;
    }
    if (one.is_named() && question.offline)
        return status_of_one_offline(world, one, question.json);
    if (all)
        return status_of_all(world, one.cluster(), question);
    return one.is_named() ? status_of_one(world, one, question.json)
                          : status_of_project(world, one.cluster(), question);
}

} // namespace rdvc::commands
