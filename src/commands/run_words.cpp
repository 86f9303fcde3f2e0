#include "commands/run_words.hpp"

#include "cli/options.hpp"

namespace rdvc::commands {

std::optional<submission::RunArguments> read_run_words(world::World& world, const help::Page& page,
                                                       const Words& words) {
    if (cli::is_answered_by_help(page, words, world.console))
        return std::nullopt;
    auto arguments = submission::parse_run_arguments(words);
    if (arguments.help && cli::is_answered_by_help(page, {"--help"}, world.console))
        return std::nullopt;
    cli::set_verbosity(world.console, arguments.quiet, arguments.verbose);
    return arguments;
}

} // namespace rdvc::commands
