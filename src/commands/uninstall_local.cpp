#include "commands/uninstall_local.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/columns.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/quote.hpp"
#include "base/text.hpp"
#include "commands/removal.hpp"
#include "sandbox/place.hpp"

namespace rdvc::commands {

namespace fs = std::filesystem;
using base::Error;
using base::Exit;

namespace {

struct Place {
    std::string_view kind;
    std::string_view what;
    fs::path path;
    bool goes;              ///< with --local
    std::uint64_t size = 0; ///< in bytes
};

// Links are not followed; what cannot be read counts as nothing. `except` does not count.
std::uint64_t size_of(const fs::path& path, const fs::path& except = {}) {
    std::error_code error;
    if (fs::is_regular_file(fs::symlink_status(path, error)))
        return fs::file_size(path, error);
    std::uint64_t size = 0;
    fs::recursive_directory_iterator entries(path, fs::directory_options::skip_permission_denied,
                                             error);
    for (const auto end = fs::recursive_directory_iterator(); !error && entries != end;
         entries.increment(error)) {
        std::error_code unread;
        if (entries->path() == except)
            entries.disable_recursion_pending();
        else if (fs::is_regular_file(entries->symlink_status(unread)))
            if (const auto bytes = entries->file_size(unread); !unread)
                size += bytes;
    }
    return size;
}

bool is_there(const fs::path& path) {
    std::error_code error;
    return fs::exists(fs::symlink_status(path, error));
}

// The sandbox's home may hold results that are nowhere else.
bool has_sandbox(const world::World& world) {
    return is_there(sandbox::place_of(world).slurm());
}

std::vector<Place> places_of(const world::World& world) {
    const auto sandbox = sandbox::place_of(world).folder;
    std::vector<Place> places = {
        {"settings", "your settings", world.user_config(), false},
        {"state", "what was submitted from here, and copies of what clusters said",
         world.state_folder(), true},
        {"sandbox", "the sandbox, with its home folder and results", sandbox, !has_sandbox(world)},
        {"sockets", "sockets of ssh connections", world.socket_folder(), true}};
    std::erase_if(places, [](const Place& place) { return !is_there(place.path); });
    for (auto& place : places)
        place.size = size_of(place.path, place.kind == "state" ? sandbox : fs::path());
    return places;
}

std::string program_of(const world::World& world) {
    std::error_code error;
    const auto path = fs::canonical(world.program, error);
    return error ? world.program.string() : path.string();
}

std::string to_json(const std::vector<Place>& places, const std::string& program,
                    const std::string& how, bool removed) {
    nlohmann::json all = nlohmann::json::array();
    for (const auto& place : places)
        all.push_back({{"kind", place.kind},
                       {"path", place.path.string()},
                       {"bytes", place.size},
                       {"removed", removed && place.goes}});
    return nlohmann::json{
               {"version", 1}, {"local", all}, {"program", program}, {"remove_program", how}}
               .dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
           "\n";
}

void confirm(const world::World& world) {
    std::string answer;
    try {
        answer = world.ask("remove rdvc's records on this machine (yes or no)", "no");
    } catch (const Error&) { // nobody is there
        answer = "no";
    }
    if (!base::lower(answer).starts_with("y"))
        throw Error(Exit::usage, "nothing was removed").hint("--yes does not ask");
}

} // namespace

std::string how_to_remove(const fs::path& path,
                          const std::function<bool(const fs::path&)>& exists) {
    const auto text = path.string();
    const auto folder = path.parent_path();
    if (text.find("/pipx/venvs/") != std::string::npos)
        return "pipx uninstall rdvc";
    if (text.find("/uv/tools/") != std::string::npos)
        return "uv tool uninstall rdvc";
    if (exists(folder.parent_path() / "pyvenv.cfg") || exists(folder.parent_path() / "conda-meta"))
        return base::quote((folder / "python").string()) + " -m pip uninstall rdvc";
    if (folder == "/usr/bin")
        return "sudo apt remove rdvc";
    if (text.ends_with("/.local/bin/rdvc"))
        return "pip uninstall rdvc  (or, if you copied it there: rm " + base::quote(text) + ")";
    return "rm " + base::quote(text);
}

void uninstall_local(world::World& world, const LocalArguments& arguments) {
    const auto places = places_of(world);
    const auto program = program_of(world);
    const auto how = how_to_remove(program, [](const fs::path& path) {
        std::error_code error;
        return fs::exists(path, error);
    });
    const bool removes = arguments.remove && !arguments.dry_run;
    if (!arguments.json) {
        std::vector<std::vector<std::string>> rows = {{"ON THIS MACHINE", "SIZE", "WHAT IT IS"}};
        for (const auto& place : places)
            rows.push_back({place.path.string(), base::bytes(place.size), std::string(place.what)});
        rows.push_back({program, base::bytes(size_of(program)), "the program"});
        world.console.data(base::columns(rows));
    }
    if (arguments.remove && has_sandbox(world))
        throw Error(Exit::not_ready, "the sandbox is on this machine; nothing was removed")
            .context(sandbox::place_of(world).folder.string())
            .hint("`rdvc sandbox down --purge` removes it, unless results would be lost");
    if (removes) {
        if (!arguments.yes)
            confirm(world);
        begin_removal();
        for (const auto& place : places)
            if (place.goes)
                base::remove_tree(place.path);
        world.console.note("rdvc's records on this machine are gone; submissions on clusters go on "
                           "without them");
    } else if (arguments.remove) {
        world.console.note("nothing was removed (--dry-run)");
    } else {
        world.console.note("on clusters:      rdvc uninstall --remote  (first, because this "
                           "machine knows what is there)");
        world.console.note("on this machine:  rdvc uninstall --local  (your settings stay)");
    }
    world.console.note("the program:      " + how);
    if (arguments.json)
        world.console.data(to_json(places, program, how, removes));
}

} // namespace rdvc::commands
