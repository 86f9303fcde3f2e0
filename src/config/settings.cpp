#include "config/settings.hpp"

#include <algorithm>
#include <array>

namespace rdvc::config {

// clang-format off
const std::vector<Setting>& settings() {
    using enum Kind;
    static const std::vector<Setting> table = {
        {"cluster.host", text, SetBy::user, "", "where SLURM is: anything that ssh accepts, or `local` if sbatch is on this machine"},
        {"cluster.username", text, SetBy::user, "", "user name there; empty: ssh's configuration decides"},
        {"cluster.dir", text, SetBy::user, "~/.rdvc", "rdvc's folder on the cluster; login nodes and compute nodes must share it"},
        {"cluster.cache", text, SetBy::cluster, "", "DVC's cache on the cluster; empty: `cache` in rdvc's folder there"},
        {"cluster.cache_group", flag, SetBy::cluster, "false", "let your group write to that cache too"},
        {"cluster.ssh_options", list, SetBy::user, "", "options for ssh, e.g. [\"-F\", \"path\"]"},
        {"cluster.multiplex", flag, SetBy::user, "true", "keep one ssh connection open for some minutes"},
        {"cluster.login_shell", flag, SetBy::user, "false", "run a login shell there, if only that finds sbatch; `init remote` finds out"},
        {"cluster.prepare", text, SetBy::user, "", "shell command to run first on the login node, e.g. `module load slurm`"},
        {"cluster.poll", number, SetBy::cluster, "30", "seconds between rdvc's queries to SLURM while it waits; after a pause, a few may follow at once"},
        {"cluster.default", text, SetBy::project, "", "NAME of the [clusters.NAME] that counts without --cluster; empty: [cluster]"},
        {"project.id", text, SetBy::project, "", "identifies the project in every clone; written by `init project`"},
        {"project.name", text, SetBy::project, "", "name of the project; empty: the repository's"},
        {"run.instance", text, SetBy::project, "", "instance used when none is given"},
        {"run.code", text, SetBy::project, "ssh", "how code travels: `ssh` (with the submission) or `origin` (the job clones origin)", "ssh origin"},
        {"run.data", text, SetBy::project, "auto", "how data travels: `ssh` (with rdvc), `remote` (the project's DVC remote) or `auto` (the remote if there is one)", "auto ssh remote"},
        {"run.max_untracked", size, SetBy::project, "20M", "largest total size of untracked files that may travel with a submission (K, M, G, T)"},
        {"run.max_history", size, SetBy::project, "100M", "a larger history is not sent: the job sees only the submitted commit"},
        {"run.filters", list, SetBy::project, "", "Git filters such as git-crypt whose files may travel as they are here, e.g. [\"git-crypt\"]"},
        {"run.output", list, SetBy::project, "", "with --cmd: folders, relative to the project's, whose new and changed files `rdvc pull` brings"},
        {"run.ask_above", number, SetBy::project, "100", "ask before a sweep of more tasks is submitted; `--yes` does not ask"},
        {"status.metric", text, SetBy::project, "", "metric that `rdvc status` shows beside each submission; empty: none"},
        {"env.setup", text, SetBy::project, "", "command that builds the environment; empty: ./init_python_venv.sh or ./init_env.sh, if it exists"},
        {"env.activate", text, SetBy::project, "source .venv/bin/activate", "shell code that activates it"},
        {"env.where", text, SetBy::project, "node", "where it is built: `node` (in a job) or `login` (on the login node, if nodes have no network)", "node login"},
        {"env.reuse", flag, SetBy::project, "true", "reuse the environment in later jobs with the same inputs"},
        {"env.inputs", list, SetBy::project, "", "more tracked files that it depends on, as patterns"},
        {"env.ignore", list, SetBy::project, "", "tracked files that it does not depend on, as patterns; `.git` stands for versions from tags"},
        {"env.outside", list, SetBy::project, "", "folders outside of the project that it may use, e.g. [\"~/miniconda3\"]"},
        {"hooks.after-workspace", text, SetBy::project, "", "shell code that the job runs after the project is checked out"},
        {"hooks.before-environment", text, SetBy::project, "", "shell code that the job runs before the environment is set up"},
        {"hooks.after-environment", text, SetBy::project, "", "shell code that the job runs after the environment is activated"},
        {"hooks.before-experiment", text, SetBy::project, "", "shell code that the job runs before the experiment or the command runs"},
        {"hooks.after-experiment", text, SetBy::project, "", "shell code that the job runs after it has succeeded"},
        {"hooks.before-publish", text, SetBy::project, "", "shell code that the job runs before the result is published"},
        {"hooks.after-publish", text, SetBy::project, "", "shell code that the job runs after the result is published"},
        {"job.workspace", text, SetBy::project, "", "where a job's folder is created; empty: $SLURM_TMPDIR, $TMPDIR or /tmp"},
        {"job.min_free", size, SetBy::project, "1G", "space that must be free there (K, M, G, T)"},
        {"job.grace", number, SetBy::project, "20", "seconds that the running program gets to end when its job is stopped; less than the cluster's KillWait"},
        {"job.save_interval", number, SetBy::project, "300", "seconds between copies of unfinished outputs with `persist: true` and of metrics; 0: never"},
        {"job.live_interval", number, SetBy::project, "5", "seconds between looks at metrics and plots, which `rdvc table` shows while the job runs; 0: only at its end"},
        {"job.stalled_after", number, SetBy::project, "1800", "seconds without output, CPU or GPU use after which `rdvc status` names a running job; 300 or more, 0: never"},
        {"job.max_restarts", number, SetBy::project, "3", "how often one job may start again (requeue, preemption, node failure)"},
    };
    return table;
}
// clang-format on

const Setting* find_setting(std::string_view key) {
    const auto& table = settings();
    const auto row = std::find_if(table.begin(), table.end(),
                                  [&](const Setting& setting) { return setting.key == key; });
    return row == table.end() ? nullptr : &*row;
}

bool describes_one_cluster(std::string_view key) {
    constexpr std::array<std::string_view, 6> keys = {"cluster.host",        "cluster.username",
                                                      "cluster.dir",         "cluster.cache",
                                                      "cluster.ssh_options", "cluster.prepare"};
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

std::string environment_variable(std::string_view key) {
    std::string variable = "RDVC_";
    for (const char c : key)
        variable += c == '.' || c == '-'
                        ? '_'
                        : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return variable;
}

} // namespace rdvc::config
