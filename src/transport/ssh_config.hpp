// What `ssh -G HOST` says about the user's configuration, and the options that follow from it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rdvc::transport {

/// Options that undo what the configuration adds to interactive logins: a command, forwarded ports,
/// a tunnel and the like. Only what `ssh_config` shows is undone, so ssh never gets an option that
/// it does not know.
std::vector<std::string> plain_options(std::string_view ssh_config);

/// Whether executions share one connection, and whose.
enum class Sharing {
    own,   ///< rdvc's: a socket in its own folder
    users, ///< the configuration has a ControlPath, and connections that outlive their first user
    guest, ///< it has a ControlPath only: a connection that is there is used, none is left behind
    none,  ///< `cluster.multiplex` is off
};

/// For a cluster with multiplexing.
Sharing sharing_in(std::string_view ssh_config);

/// The options for that. `folder` holds rdvc's socket; its path must be short (less than 104 bytes
/// on macOS) and plain, because ssh expands `%` and splits words in it.
std::vector<std::string> sharing_options(Sharing sharing, const std::filesystem::path& folder);

} // namespace rdvc::transport
