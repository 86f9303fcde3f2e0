// The words after `rdvc run`, one per line.

#include "submission/arguments.hpp"
#include "slurm/options.hpp"
#include "support.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(arguments) {
    fuzz::only_errors([&] {
        const auto text = fuzz::text_of(data, size);
        const auto words = base::split(text, '\n');
        const auto arguments = submission::parse_run_arguments(words);
        for (const auto& [name, value] : arguments.sbatch) {
            const auto* option = slurm::find_option(name);
            fuzz::check(option == nullptr || option->refusal.empty(),
                        "nothing refused gets through");
        }
        fuzz::check(arguments.is_command || arguments.command.empty(), "words of no command");
    });
    return 0;
}
