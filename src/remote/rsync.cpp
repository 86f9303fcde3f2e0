#include "remote/rsync.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include <fmt/core.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "remote/progress.hpp"

namespace rdvc::remote {

using base::Error;
using base::Exit;

namespace {

// rsync's exit code, from its last line; xargs has its own.
int code_in(std::string_view words) {
    int code = 0;
    const auto at = words.rfind("(code ");
    if (at != std::string_view::npos)
        std::from_chars(words.data() + at + 6, words.data() + words.size(), code);
    return code;
}

// What rsync(1) says with its exit codes and words.
Error rsync_error(const base::Result& result, const std::string& what) {
    const bool full = result.err.find("No space left") != std::string::npos ||
                      result.err.find("quota") != std::string::npos;
    if (full)
        return no_space(what, result.err);
    constexpr std::array connection = {12, 20, 30, 255}; // protocol, killed, timeout, ssh
    if (std::find(connection.begin(), connection.end(), code_in(result.err)) != connection.end())
        return connection_lost(what, result.err);
    return Error(Exit::failed, fmt::format("rsync failed while {}", what)).context(result.err);
}

// The names, dealt out to so many files; gives the files' own names, each with a NUL.
std::string deal_out(const std::vector<std::string>& names, std::size_t streams,
                     const std::filesystem::path& folder) {
    std::string lists;
    for (std::size_t i = 0; i < streams; ++i) {
        std::string some;
        for (std::size_t at = i; at < names.size(); at += streams)
            some += names[at] + "\n";
        const auto list = folder / fmt::format("names{}", i);
        base::write_file(list, some);
        lists += list.string() + '\0';
    }
    return lists;
}

} // namespace

bool can_rsync(world::World& world, const Cluster& cluster) {
    if (cluster.host().find(':') != std::string::npos)
        return false;
    try {
        return world.runner.run({.argv = {"rsync", "--version"}}).status == 0;
    } catch (const Error&) { // it cannot be started
        return false;
    }
}

// Several streams, since one alone waits for the network: ssh sends 2 MB a round trip in a channel.
// Each is a channel of the one connection; without such a one there is one stream.
void copy(world::World& world, Cluster& cluster, const Copy& copy) {
    constexpr std::size_t most_streams = 3;
    const bool up = copy.direction == Copy::Direction::to_cluster;
    const std::string what = up ? "sending data" : "bringing data";
    const base::TemporaryFolder folder;
    const auto streams =
        cluster.shares_connection() ? std::min(most_streams, copy.names.size()) : std::size_t{1};
    base::Command command{.argv = {"xargs", "-0", "-P", fmt::format("{}", streams), "-I", "{}",
                                   "rsync", "-Lp", "--no-links", "--no-devices", "--no-specials",
                                   "--append", "--chmod=Du=rwx,Fu=rw,go=", "--timeout=300",
                                   "--files-from={}"},
                          .effect = base::Effect::changes,
                          .input = {deal_out(copy.names, streams, folder.path())}};
    if (!cluster.is_local())
        command.argv.insert(command.argv.end(),
                            {"-e", cluster.rsync_shell(), "--rsync-path=" + copy.remote_rsync});
    const std::string host = cluster.is_local() ? "" : cluster.host() + ":";
    Progress progress(world.console, what, copy.size);
    if (world.console.shows_progress()) {
        command.argv.emplace_back("--out-format=%l");
        command.on_output = [&, line = std::string()](std::string_view text) mutable {
            line += text;
            for (auto end = line.find_first_of("\r\n"); end != std::string::npos;
                 end = line.find_first_of("\r\n")) {
                progress.add(std::strtoull(line.c_str(), nullptr, 10)); // up to the line's end
                line.erase(0, end + 1);
            }
        };
    }
    command.argv.insert(command.argv.end(), {"--", (up ? "" : host) + copy.from + "/",
                                             (up ? host : "") + copy.to + "/"});
    const auto result = world.runner.run(command);
    if (result.status != 0)
        throw rsync_error(result, what);
}

} // namespace rdvc::remote
