// The cluster's part of `rdvc doctor`: one ssh execution, and with --deep a job.

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <map>

#include <fmt/core.h>

#include "base/quote.hpp"
#include "base/text.hpp"
#include "checks/checks.hpp"
#include "remote/limits.hpp"
#include "script/embedded.hpp"
#include "slurm/options.hpp"
#include "slurm/reports.hpp"
#include "submission/compose.hpp"
#include "submission/token.hpp"

namespace rdvc::checks {

namespace {

constexpr std::int64_t largest_difference = 60; // of clocks, seconds
constexpr std::pair<int, int> least_bash = {4, 2};
constexpr std::pair<int, int> least_git = {2, 18};

// What a login node needs, in the order of the answer.
struct Needed {
    std::string_view name;
    std::pair<int, int> least;
    Level level;
    std::string_view advice;
};
constexpr auto from_module = "if a module has it: cluster.prepare = \"module load ...\"";
const std::vector<Needed>& needed() {
    static const std::vector<Needed> table = {
        {"bash", least_bash, Level::error, "rdvc needs bash 4.2"},
        {"git", least_git, Level::error,
         "rdvc needs git 2.18; a module may have a newer one: "
         "cluster.prepare = \"module load git\""},
        {"sbatch",
         {20, 11},
         Level::error,
         "rdvc needs SLURM 20.11; `rdvc init remote` checks whether a login shell or a module has "
         "it"},
        {"rsync",
         {0, 0},
         Level::warning,
         "tar is used for the outputs of commands; it cannot continue an interrupted transfer"},
        {"md5sum", {0, 0}, Level::error, from_module},
        {"tar", {0, 0}, Level::error, from_module}};
    return table;
}

const Needed* find_needed(const std::string& name) {
    const auto& table = needed();
    const auto row =
        std::find_if(table.begin(), table.end(), [&](const Needed& n) { return n.name == name; });
    return row == table.end() ? nullptr : &*row;
}

Check check_clock(const std::string& name, std::int64_t theirs, std::int64_t earliest,
                  std::int64_t latest) {
    const auto ahead = theirs > latest ? theirs - latest : 0;
    const auto behind = theirs < earliest ? earliest - theirs : 0;
    if (ahead + behind == 0)
        return {Level::ok, name, "no difference"};
    const auto found =
        fmt::format("{} {}", base::age(ahead + behind), ahead > 0 ? "ahead" : "behind");
    if (ahead + behind <= largest_difference)
        return {Level::ok, name, found};
    return {Level::warning, name, found,
            "ages that rdvc shows are wrong by this much; clocks should be set by NTP"};
}

// Words: WHICH there|absent|closed KIB FILE-SYSTEM PATH.
void add_folder(Checks& checks, const std::string& words) {
    const auto [which, after_which] = base::key_and_value(words);
    const auto [state, after_state] = base::key_and_value(after_which);
    const auto [kib, after_kib] = base::key_and_value(after_state);
    const auto [kind, path] = base::key_and_value(after_kib);
    const bool is_cache = which == "cache";
    const std::string name = is_cache ? "DVC's cache" : "rdvc's folder";
    if (state == "closed") {
        checks.push_back({Level::error, name, "cannot write to " + path,
                          fmt::format("choose another {}, or check its owner, mode and quota",
                                      is_cache ? "cluster.cache" : "cluster.dir")});
        return;
    }
    checks.push_back({Level::ok, name,
                      path + (kind == "-" ? "" : fmt::format(", on {}", kind)) +
                          (state == "absent" ? " (will be created)" : "")});
    if (kib.find_first_not_of("0123456789") == std::string::npos && !kib.empty())
        checks.push_back(check_space(is_cache ? "free for it" : "free there", path,
                                     std::strtoull(kib.c_str(), nullptr, 10) * 1024));
}

// sbatch options that make no sense for a job of a second, or that would disturb somebody.
bool is_left_out(const std::string& name) {
    static const std::vector<std::string> names = {"array",    "begin",     "dependency", "hold",
                                                   "time",     "mail-user", "mail-type",  "signal",
                                                   "deadline", "job-name"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

// A job with the options that `rdvc run` would give it, so that it runs where experiments do.
std::string job_script(const Place& place, const std::string& token) {
    submission::Facts facts;
    facts.repo_name = place.project ? place.project->repo_name : "rdvc-doctor";
    const auto submission = submission::compose(token, facts, place.config, {});
    std::string text = "#!/bin/bash\n" + slurm::header_line("job-name", "rdvc-doctor") + "\n" +
                       slurm::header_line("time", "2") + "\n";
    for (const auto& [name, value] : submission.sbatch) {
        const bool own_wckey =
            name == "wckey" && !place.project && !place.config.run_options().contains("wckey");
        if (!is_left_out(name) && !own_wckey)
            text += slurm::header_line(name, value) + "\n";
    }
    text += "RDVC_JOB_WORKSPACE_ROOT=" + base::quote(submission.workspace_root) + "\n";
    return text + std::string(script::embedded("job/1-workspace/workspace.sh")) +
           std::string(script::embedded("node/look.sh"));
}

// The job's output, and what the login node says about it.
using Node = std::map<std::string, std::string>;

Check check_shared(const std::string& name, const std::string& path, bool shared,
                   const std::string& setting) {
    if (shared)
        return {Level::ok, name, "the same as on the login node"};
    return {Level::error, name, fmt::format("a compute node sees a different {}", path),
            fmt::format("{} must be a folder that login nodes and compute nodes share", setting)};
}

void add_node(Checks& checks, const Place& place, const Node& node, const std::string& home) {
    const auto value = [&](const std::string& key) {
        const auto found = node.find(key);
        return found == node.end() ? std::string() : found->second;
    };
    const auto time = [&](const std::string& key) {
        return static_cast<std::int64_t>(base::parse_time(value(key)));
    };
    checks.push_back({Level::ok, "compute node", value("name")});
    checks.push_back(
        check_shared("its folder", "rdvc's folder", value("folder") == "yes", "cluster.dir"));
    checks.push_back(check_shared("its cache", "DVC's cache",
                                  value("cache") == "yes" && value("cache_seen") == "yes",
                                  "cluster.cache"));
    if (value("home") == home)
        checks.push_back({Level::ok, "its home", home});
    else
        checks.push_back({Level::warning, "its home",
                          fmt::format("{}; on the login node {}", value("home"), home),
                          "`~/` in cluster.dir and cluster.cache means a different folder there"});
    const std::string advice =
        "jobs run there; a module may have a newer one: load it in ~/.bashrc";
    checks.push_back(check_version("its bash", value("bash"), least_bash, Level::error, advice));
    checks.push_back(check_version("its git", value("git"), least_git, Level::error, advice));
    checks.push_back(
        {Level::ok, "its dvc",
         value("dvc").empty() ? "none; the project's environment provides it" : value("dvc")});
    if (value("root").empty())
        checks.push_back(
            {Level::error, "its workspaces", "no folder can be used for them", "job.workspace"});
    else
        checks.push_back(check_space("its workspaces", value("root"),
                                     std::strtoull(value("free").c_str(), nullptr, 10) * 1024,
                                     place.config.size("job.min_free")));
    checks.push_back(check_clock("its clock", time("time"), time("now"), time("now")));
}

// Words: refused|gone|late|ran WHY.
Check check_job(const std::string& words) {
    const auto [word, why] = base::key_and_value(words);
    if (word == "ran")
        return {Level::ok, "job", fmt::format("job {} ran", why)};
    if (word == "refused")
        return {Level::error, "job", "sbatch refused it: " + why,
                "it got the options of [run] and of run.instance"};
    if (word == "late") {
        const auto [state, reason] = base::key_and_value(why);
        return {Level::warning, "job",
                "it has not run within 2 minutes: " +
                    (state == "PENDING" ? slurm::explain_reason(reason) : state),
                "it was cancelled; try again when the cluster is less busy, or give [run] a "
                "partition\nthat has idle nodes (`sinfo`)"};
    }
    return {Level::error, "job", "it ended without an answer" + (why.empty() ? "" : ": " + why),
            "does the compute node see cluster.dir? It must be shared with the login node"};
}

// Frames become checks, one by one.
class Listener {
  public:
    Listener(const Place& place, const world::Console& console)
        : place_(place), console_(console) {}

    void take(const transport::Frame& frame) {
        const auto [word, rest] = base::key_and_value(frame.rest);
        if (frame.verb == "hello")
            home_ = frame.rest;
        else if (frame.verb == "time")
            checks.push_back(check_clock("clock", static_cast<std::int64_t>(base::parse_time(word)),
                                         asked_, std::time(nullptr)));
        else if (frame.verb == "program" || frame.verb == "missing")
            read_program(word, rest, frame.verb == "missing");
        else if (frame.verb == "answers" || frame.verb == "silent")
            read_answer(word, rest, frame.verb == "answers");
        else if (frame.verb == "limits")
            limits.take(frame);
        else if (frame.verb == "folder")
            add_folder(checks, frame.rest);
        else if (frame.verb == "quota")
            checks.push_back({Level::ok, "quota", frame.rest});
        else if (frame.verb == "damaged")
            checks.push_back({Level::warning, "mirror", frame.rest + " is damaged",
                              "the next `rdvc run` of its project repairs it"});
        else
            read_end(frame, word, rest);
    }

    Checks checks;
    remote::LimitsListener limits;

  private:
    void read_program(const std::string& name, const std::string& version, bool missing) {
        const auto* row = find_needed(name);
        if (row == nullptr)
            return;
        const std::string advice(row->advice);
        if (missing)
            checks.push_back({row->level, name, "not found", advice});
        else if (row->least.first == 0)
            checks.push_back({Level::ok, name, version});
        else
            checks.push_back(check_version(name, version, row->least, row->level, advice));
    }

    void read_answer(const std::string& name, const std::string& words, bool answers) {
        if (answers)
            checks.push_back({Level::ok, name, "answers"});
        else if (name == "sacct") // nothing depends on it
            checks.push_back({Level::ok, name, "does not answer; rdvc works without it"});
        else
            checks.push_back({Level::error, name, "does not answer: " + words,
                              "without it the state of jobs is unknown"});
    }

    void read_end(const transport::Frame& frame, const std::string& word, const std::string& rest) {
        if (frame.verb == "pending")
            console_.note("the job waits: " + slurm::explain_reason(word));
        else if (frame.verb == "node")
            node_[word] = rest;
        else if (frame.verb == "job") {
            checks.push_back(check_job(frame.rest));
            if (word == "ran")
                add_node(checks, place_, node_, home_);
        } else if (frame.verb == "refused")
            checks.push_back({Level::error, "rdvc's folder", rest, "cluster.dir"});
    }

    const Place& place_;
    const world::Console& console_;
    std::int64_t asked_ = std::time(nullptr);
    std::string home_;
    Node node_;
};

// How long every command has to wait for the cluster at least. The connection is open already, if
// it is one that stays.
Check check_round_trip(remote::Cluster& cluster) {
    using namespace std::chrono;
    script::Variables variables;
    variables.words = {{"folder", "/"}};
    const auto began = steady_clock::now();
    try {
        cluster.ask("folder", variables, [](const transport::Frame&) {});
    } catch (const base::Error& error) {
        return {Level::warning, "round trip", error.what(), "the connection comes and goes"};
    }
    const auto took = duration_cast<milliseconds>(steady_clock::now() - began).count();
    const auto found = fmt::format("{} ms", took);
    if (cluster.shares_connection())
        return {Level::ok, "round trip", found + " over a connection that stays open"};
    return {Level::warning, "round trip", found + ": each command logs in anew",
            "`cluster.multiplex = true` keeps a connection open, and asks for a second factor only "
            "once"};
}

// Whether each new connection needs somebody at the keyboard.
Check check_login(remote::Cluster& cluster) {
    const auto reason = cluster.reason_to_ask();
    if (!reason)
        return {Level::ok, "login", "needs no password and no second factor"};
    return {Level::warning, "login", "a new connection has questions: " + *reason,
            "rdvc asks once and keeps the connection open for some minutes; for longer:\n"
            "ControlMaster auto, ControlPath and ControlPersist 8h in ~/.ssh/config"};
}

} // namespace

Checks check_cluster(world::World& world, const Place& place, bool deep) {
    remote::Cluster cluster(world, place.config);
    const auto token = submission::make_token();
    script::Variables variables;
    variables.words = {{"cache", place.config.text("cluster.cache")},
                       {"deep", deep ? "1" : "0"},
                       {"token", token},
                       {"job_script", deep ? job_script(place, token) : ""}};
    Listener listener(place, world.console);
    bool finished = false;
    const auto reply =
        cluster.execute("doctor", variables, submission::make_token(), {}, base::Effect::changes,
                        [&](const transport::Frame& frame) {
                            finished = finished || frame.verb == "end" || frame.verb == "refused";
                            listener.take(frame);
                        });
    auto& checks = listener.checks;
    if (reply.outcome == transport::Outcome::answered && finished) {
        listener.limits.keep(cluster);
        if (listener.limits.has_answer()) {
            const auto more = check_limits(listener.limits.limits());
            checks.insert(checks.end(), more.begin(), more.end());
        }
        if (!reply.noise.empty())
            checks.insert(
                checks.begin(),
                {Level::warning, "logins", fmt::format("print `{}`", reply.noise),
                 "rdvc ignores it, but it breaks `git fetch rdvc`, `dvc exp pull rdvc` and scp;\n"
                 "~/.bashrc there should print only `if [[ $- == *i* ]]`"});
        if (!cluster.is_local())
            checks.insert(checks.begin(), check_round_trip(cluster));
        if (!cluster.is_local() && deep)
            checks.insert(checks.begin(), check_login(cluster));
        checks.insert(checks.begin(), {Level::ok, "connection", cluster.name()});
        return checks;
    }
    const auto error = remote::connection_error(cluster.name(), reply);
    checks.push_back({Level::error, "connection", error.what(),
                      base::trim(error.context() + "\n" + error.hint())});
    return checks;
}

} // namespace rdvc::checks
