// What to type, for each command.

#include <map>

#include "help/page.hpp"

namespace rdvc::help {

const std::vector<Example>& examples_of(std::string_view command) {
    static const std::map<std::string, std::vector<Example>, std::less<>> all = {
        {"",
         {{"rdvc init global && rdvc init remote", "once: where your cluster is, and its folders"},
          {"rdvc run -S lr=0.1", "an experiment on the cluster"},
          {"rdvc status", "how it is"},
          {"rdvc pull", "its result, for `dvc exp show` and `dvc exp apply`"}}},
        {"new",
         {{"rdvc new solubility", "a project in Python"},
          {"rdvc new solver --template cpp", "one in C++"},
          {"rdvc new assay --from gh:our-lab/template", "with your team's template"}}},
        {"init project",
         {{"rdvc init project", "asks, with defaults"},
          {"rdvc init project --instance=gpu --yes", "asks nothing"}}},
        {"init global", {{"rdvc init global --host=hpc", "as in `ssh hpc`"}}},
        {"init remote",
         {{"rdvc init remote", "folders in ~/.rdvc"},
          {"rdvc init remote --dir=/scratch/alice/rdvc", "elsewhere"}}},
        {"run",
         {{"rdvc run", "the project as it stands"},
          {"rdvc run -S lr=0.1 -n small --time=1:00:00", "a parameter, a name, a time limit"},
          {"rdvc run --gpus=1 --mem=32G train", "one stage, with a GPU"},
          {"rdvc run -S lr=0.1,0.01 -S 'seed=range(5)'", "a sweep of ten experiments"},
          {"rdvc run --cmd --output=figures -- ./plot.sh", "a program of your own"}}},
        {"status",
         {{"rdvc status", "all, newest first"},
          {"rdvc status small", "all that is known about one"}}},
        {"table",
         {{"rdvc table grid --sort=loss --best=3", "the three best"},
          {"rdvc table grid --plot=loss:lr", "a metric against a parameter"},
          {"rdvc table --watch", "until all have ended"}}},
        {"logs",
         {{"rdvc logs -f", "follow the newest"},
          {"rdvc logs grid.7", "a task of a sweep"},
          {"rdvc logs --errors", "the last failure, with what is around it"}}},
        {"wait",
         {{"rdvc wait && rdvc pull", "bring the result when it is there"},
          {"rdvc wait grid", "all tasks of a sweep"},
          {"rdvc wait --any small large", "the first of two that ends"}}},
        {"cancel",
         {{"rdvc cancel small", "one"}, {"rdvc cancel grid.3-7", "five tasks of a sweep"}}},
        {"retry",
         {{"rdvc retry small --time=12:00:00", "with more time"},
          {"rdvc retry grid --mem=x2", "the tasks that ran out of memory, with twice as much"},
          {"rdvc retry grid.7", "one task"}}},
        {"pull",
         {{"rdvc pull", "all results that are not here yet"},
          {"rdvc pull grid.3-7", "those of five tasks"},
          {"rdvc pull --partial small", "what it has produced so far"}}},
        {"recover",
         {{"rdvc recover", "publish what is kept on the cluster"},
          {"rdvc recover small --here", "or bring it here"}}},
        {"show", {{"rdvc show small", "its script"}}},
        {"env list", {{"rdvc env list", "with their age, size and users"}}},
        {"env build",
         {{"rdvc env build", "so that the next `rdvc run` need not wait for it"},
          {"rdvc env build --fresh-env", "once more, e.g. for newer packages"}}},
        {"env clear", {{"rdvc env clear 3f2a", "one"}, {"rdvc env clear --all", "all"}}},
        {"clean",
         {{"rdvc clean --dry-run", "what would go, and how much it is"},
          {"rdvc clean --older=2d", "all but the last two days"}}},
        {"config list", {{"rdvc config list --show-origin", "with the file and line of each"}}},
        {"config get", {{"rdvc config get run.time", "one value, for scripts"}}},
        {"config set",
         {{"rdvc config set run.time 2:00:00", "for this project"},
          {"rdvc config set instances.big.mem 64G --global", "for all of yours"}}},
        {"config unset", {{"rdvc config unset run.time", "back to the default"}}},
        {"config edit", {{"rdvc config edit --global", "your own file"}}},
        {"doctor",
         {{"rdvc doctor", "takes a second or two"},
          {"rdvc doctor --deep", "with a small job, to see a compute node"}}},
        {"completion", {{"source <(rdvc completion bash)", "in ~/.bashrc"}}},
    };
    static const std::vector<Example> none;
    const auto found = all.find(command);
    return found == all.end() ? none : found->second;
}

} // namespace rdvc::help
