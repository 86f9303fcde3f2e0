#include "remote/included.hpp"

#include <filesystem>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

namespace rdvc::remote {

namespace fs = std::filesystem;
using base::Error;
using base::Exit;

namespace {

fs::path copy_file(const world::World& world, const config::Config& config,
                   const std::string& path) {
    const auto place = fmt::format("{}\n{}\n{}", config.text("cluster.username"),
                                   config.text("cluster.host"), path);
    return world.state_folder() / "included" / (base::short_hash(place) + ".toml");
}

bool is_due(Refresh when, std::optional<std::int64_t> age) {
    constexpr std::int64_t day = 86'400; // seconds
    // A copy from the future says nothing about its age.
    return !age || when == Refresh::now || (when == Refresh::if_old && (*age > day || *age < 0));
}

std::string fetch(const config::Include& include, Cluster& cluster) {
    script::Variables variables;
    variables.words = {{"path", include.path}};
    std::string text;
    bool is_absent = false;
    cluster.ask(
        "include", variables,
        [&](const transport::Frame& frame) { is_absent = is_absent || frame.verb == "absent"; },
        [&](std::string_view bytes) { text += bytes; });
    if (is_absent)
        throw Error(Exit::configuration,
                    fmt::format("{}: the included file does not exist", include.origin))
            .context(fmt::format("{} on {}", include.path, cluster.name()));
    return text;
}

} // namespace

std::optional<std::string> copy_of_included(const world::World& world, const config::Config& config,
                                            const std::string& path) {
    return base::read_file(copy_file(world, config, path));
}

bool refresh_included(const world::World& world, const config::Config& config, Cluster& cluster,
                      Refresh when) {
    const auto& include = config.included();
    if (!include.is_on_cluster)
        return false;
    const auto copy = copy_file(world, config, include.path);
    const auto age = base::age_of(copy);
    if (!is_due(when, age))
        return false;
    std::string text;
    try {
        text = fetch(include, cluster);
    } catch (const Error& error) {
        const bool no_answer = error.code() == Exit::unreachable || error.code() == Exit::unknown;
        if (!age || !no_answer)
            throw;
        world.console.warn(fmt::format("{} does not answer; the settings in {} are those of {} ago",
                                       cluster.name(), include.path, base::age(*age)));
        return false;
    }
    config::Config().read_layer(text, "cluster:" + include.path, config::Whose::cluster, "");
    const bool is_new = base::read_file(copy) != text;
    base::write_file(copy, text, base::Synced::no); // also if it is the same: for its age
    return is_new;
}

} // namespace rdvc::remote
