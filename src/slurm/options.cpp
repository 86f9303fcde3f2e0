#include "slurm/options.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace rdvc::slurm {

using enum Argument;

// clang-format off
const std::vector<Option>& options() {
    static const std::vector<Option> table = {
        {"account", required, "ACCOUNT", "charge the job to this account"},
        {"acctg-freq", required, "TYPE=SECONDS", "how often to sample for accounting and profiling"},
        {"array", required, "INDEXES", "job array", "rdvc makes one for a sweep: `-S KEY=A,B,C`", {}, "SBATCH_ARRAY_INX"},
        {"batch", required, "LIST", "features that the batch node must have"},
        {"bb", required, "SPEC", "burst buffer specification", {}, {}, "SBATCH_BURST_BUFFER"},
        {"bbf", required, "FILE", "file with a burst buffer specification, on the cluster"},
        {"begin", required, "TIME", "do not start before this time"},
        {"chdir", required, "FOLDER", "working folder of the script", "a job works in a folder of its own; see `job.workspace`"},
        {"cluster-constraint", required, "LIST", "features that a federated cluster must have"},
        {"clusters", required, "NAMES", "other clusters to submit to", "a submission belongs to one cluster; use `--cluster NAME`"},
        {"comment", required, "TEXT", "comment; rdvc puts its own mark before it"},
        {"consolidate-segments", none, "", "all segments in one larger block", {}, "25.11"},
        {"constraint", required, "LIST", "features that the nodes must have"},
        {"container", required, "BUNDLE", "OCI container bundle to run in"},
        {"container-id", required, "ID", "OCI container to run in", {}, "23.02"},
        {"container-type", required, "TYPE", "kind of job container", {}, "26.05"},
        {"contiguous", none, "", "only adjacent nodes"},
        {"core-spec", required, "N", "cores per node reserved for the system"},
        {"cores-per-socket", required, "N", "nodes with at least N cores a socket"},
        {"cpu-freq", required, "P1[-P2[:P3]]", "frequency of the job's CPUs", {}, {}, "SBATCH_CPU_FREQ_REQ"},
        {"cpus-per-gpu", required, "N", "CPUs for each GPU"},
        {"cpus-per-task", required, "N", "CPUs for each task"},
        {"deadline", required, "TIME", "remove the job if it cannot end by this time"},
        {"delay-boot", required, "MINUTES", "how long to wait before rebooting nodes for features"},
        {"dependency", required, "LIST", "start only after these jobs"},
        {"distribution", required, "METHOD", "how tasks are spread over nodes and sockets"},
        {"error", required, "FILE", "file for standard error", "output and errors go to one log in the submission's folder; see `rdvc logs`"},
        {"exclude", required, "NODES", "nodes not to use"},
        {"exclusive", optional, "user|mcs|topo", "do not share the nodes"},
        {"export", required, "VARIABLES", "environment variables that the job gets"},
        {"export-file", required, "FILE", "file with environment variables, on the cluster"},
        {"extra", required, "TEXT", "free text, used by node filters", {}, "23.02"},
        {"extra-node-info", required, "S[:C[:T]]", "sockets, cores and threads that a node must have"},
        {"get-user-env", optional, "TIMEOUT", "load the environment of a login shell"},
        {"gid", required, "GROUP", "run as this group (root only)"},
        {"gpu-bind", required, "TYPE", "bind tasks to GPUs"},
        {"gpu-freq", required, "VALUE", "frequency of the job's GPUs"},
        {"gpus", required, "[TYPE:]N", "GPUs for the job"},
        {"gpus-per-node", required, "[TYPE:]N", "GPUs on each node"},
        {"gpus-per-socket", required, "[TYPE:]N", "GPUs on each socket"},
        {"gpus-per-task", required, "[TYPE:]N", "GPUs for each task"},
        {"gres", required, "LIST", "generic resources on each node"},
        {"gres-flags", required, "TYPE", "how generic resources are bound"},
        {"help", none, "", "help", "`rdvc run --help` lists sbatch's options too"},
        {"hint", required, "TYPE", "kind of application, for binding"},
        {"hold", none, "", "submit held; `scontrol release` lets it start"},
        {"ignore-pbs", none, "", "ignore #PBS lines", "the script has no #PBS lines"},
        {"input", required, "FILE", "standard input of the script", "a job reads nothing from standard input"},
        {"job-name", required, "NAME", "name of the job"},
        {"kill-on-invalid-dep", required, "yes|no", "end the job if its dependency can never be met"},
        {"licenses", required, "LIST", "licences that the job needs"},
        {"mail-type", required, "TYPES", "events to send mail for"},
        {"mail-user", required, "ADDRESS", "where mail goes"},
        {"mcs-label", required, "LABEL", "multi-category security label"},
        {"mem", required, "SIZE", "memory on each node", {}, {}, "SBATCH_MEM_PER_NODE"},
        {"mem-bind", required, "TYPE", "bind tasks to memory"},
        {"mem-per-cpu", required, "SIZE", "memory for each CPU"},
        {"mem-per-gpu", required, "SIZE", "memory for each GPU"},
        {"mem-update", required, "PERCENT@TIME", "lower the memory limit to what is used after TIME", {}, "26.05"},
        {"mincpus", required, "N", "nodes with at least N CPUs"},
        {"network", required, "TYPE", "network details (Cray, IBM)"},
        {"nice", optional, "N", "lower the job's priority by N"},
        {"no-kill", optional, "off", "continue when a node fails"},
        {"no-requeue", none, "", "never requeue the job"},
        {"nodefile", required, "FILE", "file with a list of nodes, on the cluster"},
        {"nodelist", required, "NODES", "nodes that must be used"},
        {"nodes", required, "MIN[-MAX]", "how many nodes"},
        {"ntasks", required, "N", "how many tasks (MPI ranks) at most"},
        {"ntasks-per-core", required, "N", "tasks on each core at most"},
        {"ntasks-per-gpu", required, "N", "tasks for each GPU"},
        {"ntasks-per-node", required, "N", "tasks on each node"},
        {"ntasks-per-socket", required, "N", "tasks on each socket at most"},
        {"oom-kill-step", optional, "0|1", "end the whole step when it runs out of memory", {}, "24.11"},
        {"open-mode", required, "append|truncate", "how the log is opened", "the log of a requeued job is always appended to"},
        {"output", required, "FILE", "file for standard output", "the log is in the submission's folder; see `rdvc logs`"},
        {"overcommit", none, "", "one CPU for all tasks of a node"},
        {"oversubscribe", none, "", "share the nodes with other jobs"},
        {"parsable", none, "", "terse answer", "rdvc reads sbatch's answer itself; use `--json`"},
        {"partition", required, "NAMES", "partition (queue)"},
        {"power", required, "FLAGS", "power management"},
        {"prefer", required, "LIST", "features that are preferred, but not required"},
        {"priority", required, "VALUE", "priority (operators only)"},
        {"profile", required, "TYPES", "what to sample in detail"},
        {"propagate", optional, "LIMITS", "which resource limits travel to the job"},
        {"qos", required, "QOS", "quality of service"},
        {"quiet", none, "", "quiet", "it is rdvc's own option"},
        {"reboot", none, "", "reboot the nodes first"},
        {"requeue", none, "", "may be requeued; SLURM 25.11 or newer: --sbatch=requeue=expedite"},
        {"reservation", required, "NAMES", "use these reservations"},
        {"resources", required, "LIST", "hierarchical resources for the job", {}, "25.11"},
        {"resv-ports", optional, "N", "reserve ports for MPI; needs --stepmgr", {}, "24.05"},
        {"segment", required, "SIZE", "size of a segment of nodes in a block topology", {}, "24.05", "SBATCH_SEGMENT_SIZE"},
        {"signal", required, "[R|B:]SIG[@SECONDS]", "signal to send before the time limit"},
        {"sockets-per-node", required, "N", "nodes with at least N sockets"},
        {"spread-job", none, "", "spread over many nodes"},
        {"spread-segments", none, "", "each segment in a block of its own", {}, "25.11"},
        {"stepmgr", none, "", "one step manager for the job", {}, "24.05"},
        {"switches", required, "N[@TIME]", "at most N network switches", {}, {}, "SBATCH_REQ_SWITCH"},
        {"test-only", none, "", "estimate only", "nothing would be submitted"},
        {"thread-spec", required, "N", "threads per node reserved for the system"},
        {"threads-per-core", required, "N", "nodes with at least N threads a core"},
        {"time", required, "TIME", "time limit", {}, {}, "SBATCH_TIMELIMIT"},
        {"time-min", required, "TIME", "smallest acceptable time limit"},
        {"tmp", required, "SIZE", "temporary disk space on each node"},
        {"tres-bind", required, "TYPE", "bind tasks to trackable resources", {}, "23.11"},
        {"tres-per-task", required, "LIST", "trackable resources for each task", {}, "23.02"},
        {"uid", required, "USER", "run as this user (root only)"},
        {"usage", none, "", "usage", "use `rdvc run --help`"},
        {"use-min-nodes", none, "", "prefer few nodes over an early start"},
        {"verbose", none, "", "verbose", "it is rdvc's own option"},
        {"version", none, "", "version", "use `rdvc --version`"},
        {"wait", none, "", "wait until the job has ended", "use `rdvc wait`, which survives a lost connection"},
        {"wait-all-nodes", required, "0|1", "start only when all nodes are up"},
        {"wckey", required, "WCKEY", "workload characterisation key"},
        {"wrap", required, "COMMAND", "command instead of a script", "rdvc writes the script itself"},
    };
    return table;
}
// clang-format on

const Option* find_option(std::string_view name) {
    const auto& table = options();
    const auto row = std::find_if(table.begin(), table.end(),
                                  [&](const Option& option) { return option.name == name; });
    return row == table.end() ? nullptr : &*row;
}

std::vector<std::string> environment_variables(std::string_view name) {
    using Pair = std::pair<std::string_view, std::string_view>;
    constexpr auto others = std::to_array<Pair>({
        {"bbf", "SBATCH_BURST_BUFFER"},
        {"core-spec", "SBATCH_THREAD_SPEC"},
        {"hint", "SLURM_HINT"},
        {"no-requeue", "SBATCH_REQUEUE"},
        {"oversubscribe", "SBATCH_EXCLUSIVE"},
        {"requeue", "SBATCH_NO_REQUEUE"},
        {"switches", "SBATCH_WAIT4SWITCH"},
    });
    const auto* option = find_option(name);
    std::string own(option != nullptr ? option->environment : "");
    if (own.empty()) {
        own = "SBATCH_";
        for (const char c : name)
            own += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    std::vector<std::string> variables = {own};
    for (const auto& [option_name, variable] : others)
        if (option_name == name)
            variables.emplace_back(variable);
    return variables;
}

std::string header_line(std::string_view name, const std::optional<std::string>& value) {
    if (!value)
        return fmt::format("#SBATCH --{}", name);
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,@%+=[]*";
    std::string text;
    bool quoted = value->empty();
    for (const char c : *value) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f)
            throw base::Error(base::Exit::usage,
                              fmt::format("the value of `--{}` has a control character", name))
                .hint("sbatch's header lines cannot express it; remove it");
        quoted = quoted || plain.find(c) == std::string_view::npos;
        if (c == '"' || c == '\\')
            text += '\\';
        text += c;
    }
    return quoted ? fmt::format("#SBATCH --{}=\"{}\"", name, text)
                  : fmt::format("#SBATCH --{}={}", name, text);
}

} // namespace rdvc::slurm
