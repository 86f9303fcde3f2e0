#include "submission/arguments.hpp"

namespace rdvc::submission {

// clang-format off
const std::vector<OwnOption>& own_options() {
    static const std::vector<OwnOption> table = {
        {"instance", "NAME", "use the sbatch options of this instance from the configuration"},
        {"cluster", "NAME", "use [clusters.NAME] of the configuration"},
        {"code", "ssh|origin", "how the code travels: with the submission, or by the job cloning origin"},
        {"data", "ssh|remote", "how the data travels: over the same connection, or by the project's DVC remote"},
        {"only-committed", "", "leave uncommitted changes out: run HEAD as it is"},
        {"include", "PATH", "allow a new file that looks like a secret; may be given several times"},
        {"fresh-env", "", "build the environment again, even if one can be reused"},
        {"cmd", "", "run what follows `--` instead of `dvc exp run`: rdvc run --cmd -- ./script.sh ARGS"},
        {"output", "FOLDER", "with --cmd: `rdvc pull` brings what is new or changed there; may be given several times"},
        {"no-pull", "", "do not fetch missing data from the DVC remote"},
        {"params", "FILE", "a sweep: an experiment, or a command, for each row of a CSV, JSON lines or YAML file"},
        {"zip", "[=KEY,KEY]", "pair the values of these parameters, or of all, instead of crossing them"},
        {"repeat", "N[:KEY]", "run each N times; KEY gets the number, from 0"},
        {"exclude", "KEY=VALUE[,KEY=VALUE]", "leave out the combinations that have these values; without `=`: sbatch's, for nodes"},
        {"shuffle-seed", "N", "for `shuffle()` in a sweep"},
        {"name-by", "numbers|values", "of a sweep: call its experiments NAME-1 to NAME-N, or by their values (`lr=0.01,seed=3`)"},
        {"pack", "N", "run so many tasks of a sweep one after another in each job, in one workspace"},
        {"warmup", "", "of a sweep, begin with one job, until the stages that all tasks share are done"},
        {"no-warmup", "", "of a sweep, begin with all jobs at once"},
        {"array-limit", "N", "of a sweep, so many jobs run at once, at most"},
        {"after", "[ok:|any:]SUBMISSION", "start when it has ended well, or `any:`, however it ends; several with commas"},
        {"yes", "", "do not ask before a large sweep is submitted"},
        {"no-preflight", "", "submit also what the cluster would refuse, as far as its limits are known"},
        {"sbatch", "OPTION[=VALUE]", "any other option of sbatch"},
        {"dry-run", "", "print the script and say what would be sent; submit nothing"},
        {"json", "", "answer as JSON on standard output"},
    };
    return table;
}
// clang-format on

} // namespace rdvc::submission
