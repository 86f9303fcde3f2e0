#include "remote/cluster.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <thread>

#include <fmt/core.h>

#include "base/files.hpp"
#include "base/quote.hpp"
#include "base/text.hpp"
#include "project/guarded_git.hpp"
#include "sandbox/place.hpp"
#include "script/requests.hpp"
#include "slurm/reports.hpp"
#include "submission/token.hpp"

namespace rdvc::remote {

using base::Error;
using base::Exit;

Cluster::Cluster(world::World& world, const config::Config& config)
    : world_(world), connection_(world.runner,
                                 {.host = config.text("cluster.host"),
                                  .username = config.text("cluster.username"),
                                  .ssh_options = config.list("cluster.ssh_options"),
                                  .multiplex = config.flag("cluster.multiplex"),
                                  .login_shell = config.flag("cluster.login_shell")},
                                 world.socket_folder()),
      dir_(config.text("cluster.dir")), prepare_(config.text("cluster.prepare")),
      poll_(std::max(config.number("cluster.poll"), 1U)),
      stalled_after_(config.number("job.stalled_after")),
      is_sandbox_(config.origin("cluster.host").starts_with(sandbox::origin)) {
    if (config.text("cluster.host").empty())
        throw Error(Exit::configuration, "no cluster is configured")
            .context("`cluster.host` is set neither in " + world.user_config().string() +
                     " nor by RDVC_CLUSTER_HOST")
            .hint("rdvc init global; or, to try it without a cluster, `rdvc sandbox up`");
}

// Why the sandbox is not there, in place of ssh's words.
void Cluster::explain_sandbox(transport::Connection::Reply& reply) const {
    if (!is_sandbox_ || reply.outcome != transport::Outcome::unreachable)
        return;
    switch (sandbox::state_of(sandbox::place_of(world_))) {
    case sandbox::State::down:
        reply.errors = "the sandbox is down";
        reply.advice = "rdvc sandbox up";
        break;
    case sandbox::State::stale:
        reply.errors = "the sandbox has been down since this machine was booted";
        reply.advice = "rdvc sandbox up";
        break;
    case sandbox::State::up: reply.advice = "rdvc sandbox status"; break;
    }
}

// Those of this cluster that no living process is sending.
std::vector<ledger::Record> Cluster::open_submissions() const {
    const auto ledger = open_ledger(world_);
    auto records = ledger.read();
    std::erase_if(records, [&](const ledger::Record& record) {
        return !record.is_open() || record.cluster != name() || record.dir != dir_ ||
               !ledger.hold(record.token);
    });
    return records;
}

void Cluster::settle(std::vector<ledger::Record>& open, const transport::Frame& frame) {
    const auto [token, outcome] = base::key_and_value(frame.rest);
    const auto [word, rest] = base::key_and_value(outcome);
    const auto record =
        std::find_if(open.begin(), open.end(),
                     [&, &token = token](const auto& one) { return one.token == token; });
    if (record == open.end())
        return;
    const auto what = fmt::format("{} of {}", record->name, record->time);
    if (word == "submitted" && slurm::is_job_id(rest)) {
        record->state = ledger::State::submitted;
        record->job = rest;
        world_.console.note(fmt::format("{} was submitted, as job {}", what, record->job));
    } else if (word == "refused") {
        record->state = ledger::State::refused;
        world_.console.note(fmt::format("{} was not submitted, and will not be: {}; next:  rdvc "
                                        "retry {}",
                                        what, base::printable(rest), token.substr(0, 8)));
    } else {
        world_.console.note(fmt::format("it is not known yet whether {} was submitted: {}", what,
                                        base::printable(rest)));
        return;
    }
    open_ledger(world_).conclude(*record);
}

std::filesystem::path Cluster::told_file(const std::string& mirror) const {
    const auto place = fmt::format("{}\n{}\n{}", name(), dir_, mirror);
    return world_.state_folder() / "told" / base::short_hash(place);
}

std::filesystem::path Cluster::limits_file() const {
    return world_.state_folder() / "limits" /
           base::short_hash(fmt::format("{}\n{}", name(), prepare_));
}

// One line for each text that a cluster is known to have: its name, rdvc's folder, a hash.
std::filesystem::path Cluster::texts_file() const {
    return world_.state_folder() / "requests";
}

std::string Cluster::text_line(const std::string& hash) const {
    return fmt::format("{}\t{}\t{}", name(), dir_, hash);
}

bool Cluster::keeps_text(const std::string& hash) const {
    const auto lines = base::lines(base::read_file(texts_file()).value_or(""));
    return std::find(lines.begin(), lines.end(), text_line(hash)) != lines.end();
}

// Lines of older versions of rdvc disappear with time.
void Cluster::note_text(const std::string& hash) const {
    constexpr std::size_t most = 200;
    auto lines = base::lines(base::read_file(texts_file()).value_or(""));
    std::erase(lines, text_line(hash));
    lines.push_back(text_line(hash));
    if (lines.size() > most)
        lines.erase(lines.begin(), lines.end() - most);
    base::write_file(texts_file(), base::join(lines, "\n") + "\n");
}

transport::Connection::Reply Cluster::execute(std::string_view request, script::Variables variables,
                                              const std::string& nonce, const Data& data,
                                              base::Effect effect, const OnFrame& on_frame,
                                              const OnData& on_data, const MoreData& more) {
    variables.words["nonce"] = nonce;
    variables.words["rdvc_dir"] = dir_;
    variables.words["prepare"] = prepare_;
    variables.words["poll"] = fmt::format("{}", poll_);
    auto open = open_submissions();
    for (const auto& record : open)
        for (const auto& word : {record.token, record.mirror, record.name, record.time})
            variables.lists["open"].push_back(word);
    const auto text = script::request_text(request);
    bool lacks_text = false;
    bool has_text = false;
    transport::Connection::Request asked{.nonce = nonce,
                                         .program = {},
                                         .data = data,
                                         .effect = effect,
                                         .on_frame =
                                             [&](const transport::Frame& frame) {
                                                 if (frame.verb == "outcome")
                                                     settle(open, frame);
                                                 else if (frame.verb == "need")
                                                     lacks_text = true;
                                                 else if (frame.verb == "has-text")
                                                     has_text = frame.rest == text.hash;
                                                 else
                                                     on_frame(frame);
                                             },
                                         .on_data = on_data,
                                         .more_data = more,
                                         .is_unwanted = [this] { return is_unread(); }};
    const auto run = [&] {
        auto reply = connection_.execute(asked);
        if (is_unread())
            throw world::OutputClosed();
        explain_sandbox(reply);
        return reply;
    };
    if (keeps_text(text.hash)) {
        asked.program = script::render_short_request(text, variables);
        auto reply = run();
        if (!lacks_text)
            return reply;
    }
    asked.program = script::render_request(text, variables);
    auto reply = run();
    if (has_text) // only now: a failure here must not prevent reading an answer
        note_text(text.hash);
    return reply;
}

void Cluster::ask(std::string_view request, script::Variables variables, const OnFrame& on_frame,
                  const OnData& on_data, const Data& data, const MoreData& more) {
    std::string refusal;
    bool finished = false;
    const auto reply = execute(
        request, std::move(variables), submission::make_token(), data, base::Effect::reads,
        [&](const transport::Frame& frame) {
            if (frame.verb == "refused")
                refusal = frame.rest;
            finished = finished || script::is_last_word(request, frame.verb);
            on_frame(frame);
        },
        on_data, more);
    if (!refusal.empty())
        throw Error(Exit::not_ready, refusal.substr(refusal.find(' ') + 1));
    if (reply.outcome != transport::Outcome::answered || !finished)
        throw connection_error(name(), reply);
}

void Cluster::ask_until_answered(const world::Console& console, std::string_view request,
                                 const std::function<script::Variables()>& variables,
                                 const OnFrame& on_frame, const OnData& on_data) {
    using Clock = std::chrono::steady_clock;
    constexpr auto patience = std::chrono::minutes(10);
    constexpr auto longest_pause = std::chrono::seconds(30);
    auto heard = Clock::time_point::min(); // never
    auto pause = std::chrono::seconds(1);
    const auto on_any_frame = [&](const transport::Frame& frame) {
        heard = Clock::now();
        pause = std::chrono::seconds(1);
        on_frame(frame);
    };
    for (;;) {
        try {
            return ask(request, variables(), on_any_frame, on_data);
        } catch (const Error& error) {
            const bool lost = error.code() == Exit::unknown || error.code() == Exit::unreachable;
            const bool was_there = heard != Clock::time_point::min();
            if (!lost || !was_there || Clock::now() - heard > patience)
                throw;
            console.note("the connection was lost, the job continues; connecting again");
            std::this_thread::sleep_for(pause);
            pause = std::min(pause * 2, longest_pause);
        }
    }
}

std::string Cluster::name() const {
    const auto& destination = connection_.destination();
    return destination.username.empty() ? destination.host
                                        : destination.username + "@" + destination.host;
}

std::string Cluster::url(const std::string& absolute) const {
    return is_local() ? absolute : "ssh://" + name() + absolute;
}

// With the variant git need not call it to find out.
std::vector<std::pair<std::string, std::string>> Cluster::git_environment() {
    return {{"GIT_SSH_COMMAND", base::quote_all(connection_.relay_words(world_.program.string()))},
            {"GIT_SSH_VARIANT", "ssh"}};
}

std::string Cluster::rsync_shell() {
    return base::quote_all_for_rsync(connection_.relay_words(world_.program.string()));
}

std::optional<std::string> Cluster::reason_to_ask() {
    auto argv = connection_.unattended_words();
    argv.emplace_back("true");
    const auto answer = world_.runner.run({.argv = argv, .patience = std::chrono::seconds(30)});
    constexpr int failed = 255; // ssh's own failures; the login shell may end as it likes
    if (answer.status != failed)
        return std::nullopt;
    return transport::main_reason(answer.err);
}

base::Command Cluster::fetch(const std::string& source, const std::vector<std::string>& refspecs,
                             const std::filesystem::path& top) {
    base::Command git{.argv = {"git", "-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c",
                               "fetch.writeCommitGraph=false", "-c", "fetch.bundleURI=", "fetch",
                               "--no-tags", "--no-prune", "--no-prune-tags",
                               "--no-recurse-submodules", "--refmap=", "--no-write-fetch-head",
                               "--", source},
                      .effect = base::Effect::changes,
                      .folder = top};
    git.argv.insert(git.argv.end(), refspecs.begin(), refspecs.end());
    if (source.starts_with("ssh://")) // a url(); other remotes are the user's own
        git.environment = git_environment();
    return git;
}

base::Command Cluster::push(const std::string& url, const std::vector<std::string>& refspecs,
                            const std::filesystem::path& top) {
    base::Command git{.argv = {"git", "-c", "core.hooksPath=/dev/null", "push", "--quiet",
                               "--no-recurse-submodules", "--no-follow-tags", "--", url},
                      .effect = base::Effect::changes,
                      .folder = top};
    git.argv.insert(git.argv.end(), refspecs.begin(), refspecs.end());
    if (url.starts_with("ssh://"))
        git.environment = git_environment();
    return git;
}

base::Command Cluster::run_file(const std::string& file, bool has_terminal) {
    return {.argv = connection_.file_words(file, has_terminal),
            .effect = base::Effect::changes,
            .takes_input = true,
            .has_own_session = !has_terminal && is_local()};
}

bool is_submitted(const transport::Frame& frame) {
    return frame.verb == "submitted" && slurm::is_job_id(base::key_and_value(frame.rest).first);
}

Error connection_error(const std::string& cluster, const transport::Connection::Reply& reply) {
    const auto reason = base::trim(reply.errors);
    if (reply.outcome == transport::Outcome::unreachable) {
        Error error(Exit::unreachable, fmt::format("cannot connect to `{}`", cluster));
        error.context(reason);
        if (reason.find("Host key verification failed") != std::string::npos)
            error.hint(fmt::format("the host key is unknown or has changed; if you know why, "
                                   "connect once with `ssh {}` and follow its instructions",
                                   cluster));
        else if (!reply.advice.empty())
            error.hint(reply.advice);
        else
            error.hint(fmt::format("`ssh {} true` must work", cluster));
        return error;
    }
    if (!reply.shell.empty())
        return Error(Exit::not_ready, fmt::format("logins on `{}` run `{}` instead of bash",
                                                  cluster, base::printable(reply.shell)))
            .context(reason)
            .hint("`~/.bashrc` there may `exec` another shell only for terminals: `[[ $- != "
                  "*i* ]] "
                  "|| exec " +
                  base::printable(reply.shell) + "`");
    if (reply.outcome == transport::Outcome::no_bash)
        return Error(Exit::not_ready, fmt::format("`{}` has no bash", cluster))
            .context(reason)
            .hint(
                fmt::format("`ssh {} bash --version` must work; `~/.bashrc` there must not `exec` "
                            "another shell",
                            cluster));
    Error error(Exit::unknown, fmt::format("the answer from `{}` is not complete", cluster));
    error.context(reason.empty() ? fmt::format("ssh ended with {}", reply.status) : reason);
    return error;
}

ledger::Ledger open_ledger(const world::World& world) {
    return ledger::Ledger(world.state_folder());
}

std::string timestamp() {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    std::array<char, 32> text{};
    const auto n = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return {text.data(), n};
}

} // namespace rdvc::remote
