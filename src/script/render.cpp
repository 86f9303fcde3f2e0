#include "script/render.hpp"

#include <algorithm>
#include <cassert>

#include <fmt/core.h>

#include "base/quote.hpp"
#include "base/text.hpp"
#include "script/embedded.hpp"
#include "script/requests.hpp"
#include "slurm/options.hpp"
#include "submission/mirror.hpp"

namespace rdvc::script {

using base::quote;
using submission::Submission;

namespace {

std::string assign(std::string_view name, const std::string& value) {
    return fmt::format("export {}={}\n", name, quote(value));
}

std::string assign_list(std::string_view name, const std::vector<std::string>& values) {
    return fmt::format("{}=({})\n", name, base::quote_all(values));
}

// Four words each: path, commit, mirror, extras.
std::vector<std::string> submodule_words(const std::vector<submission::Submodule>& submodules) {
    std::vector<std::string> words;
    for (const auto& submodule : submodules)
        words.insert(words.end(),
                     {submodule.path, submodule.commit, submodule.mirror, submodule.extras});
    return words;
}

// Two words each, a line each: the point and its code.
std::string assign_hooks(const std::vector<submission::Hook>& hooks) {
    if (hooks.empty())
        return "";
    std::string text = "RDVC_JOB_HOOKS=(\n";
    for (const auto& hook : hooks)
        text += fmt::format("    {} {}\n", hook.point, quote(hook.code));
    return text + ")\n";
}

// What the job runs in its workspace when the environment is ready.
std::string assign_task(const Submission& submission) {
    // A sweep's tasks have their own names and arguments in a file beside the script.
    const auto task =
        submission.is_sweep() ? submission::Task{submission.sweep, {}} : submission.tasks.front();
    std::string text = assign("RDVC_JOB_EXP_NAME", task.name);
    if (submission.is_sweep())
        text += assign("RDVC_JOB_TASKS", fmt::format("{}", submission.tasks.size()));
    if (submission.pack > 1)
        text += assign("RDVC_JOB_PACK", fmt::format("{}", submission.pack));
    if (submission.warm_up)
        text += assign("RDVC_JOB_ARRAY_LIMIT", fmt::format("{}", submission.array_limit)) +
                assign_list("RDVC_JOB_SHARED", submission.facts.shared);
    text += assign("RDVC_JOB_ONLY", submission.only_environment ? "environment" : "");
    if (submission.is_shell)
        text += assign("RDVC_JOB_SHELL", "1");
    if (submission.kind == submission::Kind::command)
        return text + assign("RDVC_JOB_KIND", "command") +
               assign_list("RDVC_JOB_COMMAND", task.arguments) +
               assign_list("RDVC_JOB_OUTPUTS", submission.facts.outputs);
    return text + assign("RDVC_JOB_KIND", "experiment") +
           assign("RDVC_JOB_EXP_FORCE", submission.force ? "1" : "0") +
           assign("RDVC_JOB_PULL", submission.pull ? "1" : "0") +
           assign("RDVC_JOB_ALLOW_MISSING", submission.facts.allow_missing ? "1" : "0") +
           assign_list("RDVC_JOB_KEPT", submission.facts.kept) +
           assign_list("RDVC_JOB_LEFT_OUT", submission.facts.left_out) +
           assign_list("RDVC_JOB_PERSIST", submission.facts.persist) +
           assign_list("RDVC_JOB_METRICS", submission.facts.metrics) +
           assign_list("RDVC_JOB_PLOTS", submission.facts.plots) +
           assign_list("RDVC_JOB_EXP_RUN_OPTIONS", task.arguments);
}

// `~/` is the home folder on the cluster.
std::string cluster_path(const std::string& path) {
    if (path == "~")
        return "${HOME}";
    return path.starts_with("~/") ? "${HOME}/" + quote(path.substr(2)) : quote(path);
}

} // namespace

std::string render_job(const Submission& submission) {
    const auto& facts = submission.facts;
    std::string text = "#!/bin/bash\n#\n";
    text += "# Made by rdvc. It can be read, changed and run by hand in an interactive allocation\n"
            "# (salloc, then: srun --pty bash, then: bash THIS_FILE).\n#\n"
            "# shellcheck disable=SC2016,SC2088 # the values below are data, not code\n#\n";
    for (const auto& [name, value] : submission.sbatch)
        text += slurm::header_line(name, value) + "\n";

    text +=
        "\n# --- What to run -----------------------------------------------------------------\n\n";
    text += submission.dir == "~/.rdvc"
                ? "export RDVC_DIR=\"${RDVC_DIR:-${HOME}/.rdvc}\"\n"
                : "export RDVC_DIR=${RDVC_DIR:-" + cluster_path(submission.dir) + "}\n";
    text += assign("RDVC_JOB_TOKEN", submission.token);
    text += assign("RDVC_JOB_REPO_NAME", facts.repo_name);
    text += submission.code == "ssh"
                ? "export RDVC_JOB_REPO_URL=\"${RDVC_DIR}\"/repos/" + quote(facts.mirror) + "\n"
                : assign("RDVC_JOB_REPO_URL", facts.origin_url);
    text += assign("RDVC_JOB_REPO_BRANCH", facts.branch);
    text += assign("RDVC_JOB_REPO_REV", facts.commit);
    text += assign("RDVC_JOB_SNAPSHOT", facts.snapshot);
    text += assign("RDVC_JOB_EXTRAS", facts.extras);
    text += assign_list("RDVC_JOB_SUBMODULES", submodule_words(facts.submodules));
    text += assign("RDVC_JOB_CODE", submission.code);
    text += assign("RDVC_JOB_PROJECT_ID", submission::project_id(facts.mirror));
    text += assign("RDVC_JOB_ORIGIN_URL", facts.origin_url);
    text += assign("RDVC_JOB_USER_NAME", facts.user_name);
    text += assign("RDVC_JOB_USER_EMAIL", facts.user_email);
    text += assign("RDVC_JOB_PROJECT_DIR", facts.project_dir);
    text += assign("RDVC_JOB_SUBDIR", facts.subdir);
    text += "export RDVC_JOB_CACHE_DIR=" +
            (submission.cache.empty() ? "\"${RDVC_DIR}/cache\"" : cluster_path(submission.cache)) +
            "\n";
    text += assign("RDVC_JOB_CACHE_GROUP", submission.cache_group ? "1" : "0");
    text += assign("RDVC_JOB_DATA", submission.data);
    text += assign_list("RDVC_JOB_SKIPPED", facts.skipped);
    text += assign("RDVC_JOB_WORKSPACE_ROOT", submission.workspace_root);
    text += assign("RDVC_JOB_MIN_FREE", submission.min_free);
    text += assign("RDVC_JOB_GRACE", submission.grace);
    text += assign("RDVC_JOB_WARNING", fmt::format("{}", submission.warning));
    text += assign("RDVC_JOB_WARNING_SHARE", fmt::format("{}", submission::warning_share));
    text += assign("RDVC_JOB_SAVE_INTERVAL", submission.save_interval);
    text += assign("RDVC_JOB_LIVE_INTERVAL", submission.live_interval);
    text += assign("RDVC_JOB_MAX_RESTARTS", submission.max_restarts);
    text += assign("RDVC_JOB_REQUEUE", submission.requeue ? "1" : "0");
    text += assign("RDVC_JOB_ENV_SETUP", facts.setup);
    const auto& environment = submission.environment;
    text += assign("RDVC_JOB_ENV_ACTIVATE", environment.activate);
    text += assign("RDVC_JOB_ENV_WHERE", environment.where);
    text += assign("RDVC_JOB_ENV_REUSE", environment.reuse ? "1" : "0");
    text += assign("RDVC_JOB_ENV_FRESH", environment.fresh ? "1" : "0");
    text += assign_list("RDVC_JOB_ENV_OUTSIDE", environment.outside);
    if (!facts.library.empty())
        text += fmt::format("RDVC_JOB_LIBRARY={}\n", quote(facts.library));
    text += assign_hooks(facts.hooks);
    text += assign_task(submission);
    text += "RDVC_JOB_FUNCTIONS=\"${RDVC_DIR}/functions/" + job_functions().hash + "\"\n";
    return text + "\n" + std::string(embedded("job/main.sh"));
}

std::string render_notes(const Submission& submission, std::string_view command_line,
                         std::string_view time) {
    const auto& facts = submission.facts;
    std::string left_out;
    for (const auto& path : facts.left_out)
        if (path.find('\n') == std::string::npos)
            left_out += "left-out " + path + "\n";
    return fmt::format("token {}\nname {}\nkind {}\nmirror {}\nrepo {}\nbranch {}\ncommit "
                       "{}\nsnapshot {}\ncode {}\ndata {}\n"
                       "time {}\ncommand {}\n",
                       submission.token, submission.name(),
                       submission.kind == submission::Kind::command || submission.is_shell
                           ? "command"
                           : "experiment",
                       facts.mirror, facts.repo_name, facts.branch, facts.commit, facts.snapshot,
                       submission.code, submission.data, time, command_line) +
           (submission.is_sweep() ? fmt::format("tasks {}\n", submission.tasks.size()) : "") +
           (submission.named_by_values ? "names values\n" : "") +
           (submission.pack > 1 ? fmt::format("pack {}\n", submission.pack) : "") +
           (submission.after.empty()
                ? ""
                : fmt::format("after {}\n", base::join(submission.after, ","))) +
           left_out;
}

namespace {

[[maybe_unused]] bool are_known(std::string_view request, const Variables& variables) {
    const auto& described = find_request(request);
    const auto is_known = [&](const auto& variable) {
        return takes_variable(described, variable.first);
    };
    return std::all_of(variables.words.begin(), variables.words.end(), is_known) &&
           std::all_of(variables.lists.begin(), variables.lists.end(), is_known);
}

// Any shell can read the first line. The rest needs bash, which ~/.bashrc may have replaced by
// another shell.
std::string beginning(const Variables& variables, const RequestText& request) {
    const auto nonce = variables.words.find("nonce");
    auto text = "[ \"${BASH_VERSION:-}\" ] || { echo \"@rdvc:" +
                (nonce == variables.words.end() ? "" : nonce->second) + " shell $0\"; exit 97; }\n";
    for (const auto& [name, value] : variables.words)
        text += fmt::format("{}={}\n", name, quote(value));
    for (const auto& [name, values] : variables.lists)
        text += fmt::format("{}=({})\n", name, base::quote_all(values));
    return text + fmt::format("text_hash={}\n", request.hash);
}

} // namespace

RequestText request_text(std::string_view request) {
    const auto own = embedded_without_comments(fmt::format("login/{}.sh", request));
    const auto last_line = own.rfind('\n', own.size() - 2) + 1;
    auto text = embedded_without_comments("login/lib/first.sh");
    for (const auto folder : {"both", "login/lib"})
        for (const auto name : embedded_in(folder))
            if (name != "login/lib/first.sh" && name != "login/lib/last.sh" &&
                name != "login/lib/load.sh")
                text += embedded_without_comments(name);
    for (const auto part : find_request(request).of_job)
        text += embedded_without_comments(part);
    text += own.substr(0, last_line) + embedded_without_comments("login/lib/last.sh");
    const auto hash = base::short_hash(text);
    return {text + fmt::format("loaded={}\n", hash), hash, own.substr(last_line),
            find_request(request).name};
}

std::string render_request(const RequestText& request, const Variables& variables) {
    assert(are_known(request.name, variables));
    return beginning(variables, request) +
           fmt::format("sent_text=$(head -c {} && printf x)\n", request.text.size()) +
           request.text + "source <(printf '%s' \"${sent_text%x}\")\n" + request.call;
}

std::string render_short_request(const RequestText& request, const Variables& variables) {
    assert(are_known(request.name, variables));
    return beginning(variables, request) + embedded_without_comments("login/lib/load.sh") +
           request.call;
}

} // namespace rdvc::script
