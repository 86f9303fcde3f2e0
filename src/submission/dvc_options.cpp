#include "submission/dvc_options.hpp"

namespace rdvc::submission {

// clang-format off
const std::vector<DvcOption>& dvc_options() {
    using enum Role;
    static const std::vector<DvcOption> table = {
        {'n', "name", "NAME", own, "name of the experiment; default: a unique one"},
        {'S', "set-param", "[FILE:]PARAM=VALUE", pass, "set a parameter; may be given several times"},
        {'f', "force", "", pass, "run stages even if nothing changed; replace an experiment of the same name"},
        {'s', "single-item", "", pass, "run only the given stages, not those that they depend on"},
        {'p', "pipeline", "", pass, "run the whole pipelines that the given stages belong to"},
        {'P', "all-pipelines", "", pass, "run all pipelines of the project"},
        {'R', "recursive", "", pass, "run all stages in the given folders"},
        {0, "downstream", "", pass, "run the given stages and those that depend on them"},
        {0, "force-downstream", "", pass, "run everything that depends on a changed stage"},
        {0, "pull", "", own, "fetch missing data from the DVC remote first (the default)"},
        {0, "allow-missing", "", pass, "skip stages whose data is missing but unchanged (always given)"},
        {'k', "keep-going", "", pass, "continue with stages that do not depend on a failed one"},
        {0, "ignore-errors", "", pass, "continue after errors; the experiment counts as done even if stages fail"},
        {'m', "message", "TEXT", pass, "message of the experiment's commit"},
        {0, "no-hydra", "", pass, "do not compose params.yaml with Hydra"},
        {'i', "interactive", "", refuse, "in a job nobody can answer"},
        {0, "dry", "", refuse, "nothing would run; `--dry-run` shows what rdvc would submit"},
        {0, "queue", "", refuse, "SLURM is the queue; run each experiment with `rdvc run`"},
        {0, "run-all", "", refuse, "a job has no DVC queue"},
        {'j', "jobs", "N", refuse, "SLURM runs experiments in parallel; run each with `rdvc run`"},
        {0, "temp", "", refuse, "every job works in a folder of its own already"},
        {'C', "copy-paths", "PATH", own, "include a file or folder that Git ignores; may be given several times"},
        {'h', "help", "", own, "this help"},
        {'q', "quiet", "", own, "print only errors and the job's id"},
        {'v', "verbose", "", own, "show the programs that rdvc runs, and how long they take"},
    };
    return table;
}
// clang-format on

} // namespace rdvc::submission
