// `rdvc man-pages FOLDER`, for the installation: a man page for each command.

#include <fmt/core.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "commands/command.hpp"
#include "help/described.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

std::vector<Words> every_command(world::World& world) {
    std::vector<Words> all = {{}};
    for (const auto& command : commands()) {
        if (command.summary.empty())
            continue;
        const Words words = {std::string(command.name)};
        all.push_back(words);
        for (const auto& row : help::parse_described(page_of(world, words, help::describe_word)))
            if (row.metavar == help::group_part)
                all.push_back({words.front(), row.name});
    }
    return all;
}

Exit man_pages(world::World& world, const Words& words) {
    if (words.size() != 1)
        throw Error(Exit::usage, "`rdvc man-pages` needs a folder");
    const std::filesystem::path folder = world.folder / words.front();
    std::filesystem::create_directories(folder);
    for (const auto& command : every_command(world))
        base::write_open_file(folder / (help::man_page_name(base::join(command, " ")) + ".1"),
                              page_of(world, command, help::man_word));
    return Exit::done;
}

} // namespace rdvc::commands
