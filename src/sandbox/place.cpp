#include "sandbox/place.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "config/toml.hpp"

namespace rdvc::sandbox {

namespace fs = std::filesystem;
using base::Error;
using base::Exit;

namespace {

struct File {
    std::string_view name; ///< from sandbox/
    std::string_view text;
};

constexpr File files[] = {
#include "embedded_sandbox.inc"
};

constexpr auto private_program = fs::perms(0700);

} // namespace

Place place_of(const world::World& world) {
    return {world.state_folder() / "sandbox"};
}

State state_of(std::string_view settings, std::string_view boot) {
    if (settings.empty())
        return State::down;
    const auto lines = base::lines(settings);
    const auto line = fmt::format("boot={}", base::trim(boot));
    return std::find(lines.begin(), lines.end(), line) == lines.end() ? State::stale : State::up;
}

State state_of(const Place& place) {
    const auto settings = base::read_file(place.settings());
    if (!settings)
        return State::down;
    return state_of(*settings, base::read_file("/proc/sys/kernel/random/boot_id").value_or(""));
}

config::BuiltIn as_cluster(const world::World& world) {
    const auto place = place_of(world);
    const bool is_up = state_of(place) == State::up;
    return {.name = std::string(name),
            .layer = fmt::format("[clusters.{0}]\nhost = \"{0}\"\nssh_options = [\"-F\", {1}]\n"
                                 "poll = \"2\"\n",
                                 name, config::toml_string(place.ssh_config().string())),
            .origin = std::string(origin) + (is_up ? "" : " (down)"),
            .is_there = is_up || fs::exists(place.home())};
}

void unpack(const Place& place) {
    try {
        for (const auto& file : files) {
            const auto path = place.program().parent_path() / file.name;
            if (base::read_file(path) == file.text)
                continue;
            base::write_file(path, file.text, base::Synced::no);
            if (file.text.starts_with("#!"))
                fs::permissions(path, private_program);
        }
    } catch (const Error& error) {
        throw Error(Exit::not_ready, "the sandbox cannot be written here")
            .context(error.what() + (error.context().empty() ? "" : "\n" + error.context()))
            .hint("XDG_STATE_HOME=FOLDER rdvc sandbox up, where FOLDER is on a disk with some "
                  "space that you may write to");
    }
}

} // namespace rdvc::sandbox
