#include "transport/ssh_config.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace rdvc::transport {

namespace {

// Keys of `ssh -G`, in lower case; their harmless values; and for any other value, the option that
// undoes it. RemoteCommand came with OpenSSH 7.6; SessionType, StdinNull and
// ForkAfterAuthentication with 8.7. RequestTTY is undone by `-T`.
struct Extra {
    std::string_view key;
    std::string_view harmless; ///< words; none: any value does harm
    std::string_view option;
};
constexpr auto extras = std::to_array<Extra>({
    {"remotecommand", "none", "RemoteCommand=none"},
    {"sessiontype", "default", "SessionType=default"},
    {"stdinnull", "no", "StdinNull=no"},
    {"forkafterauthentication", "no", "ForkAfterAuthentication=no"},
    {"localforward", "", "ClearAllForwardings=yes"},
    {"remoteforward", "", "ClearAllForwardings=yes"},
    {"dynamicforward", "", "ClearAllForwardings=yes"},
    {"permitlocalcommand", "no", "PermitLocalCommand=no"},
    {"forwardx11", "no", "ForwardX11=no"},
    {"tunnel", "no false", "Tunnel=no"},
    // Error messages must be visible.
    {"loglevel", "ERROR INFO VERBOSE DEBUG DEBUG1 DEBUG2 DEBUG3", "LogLevel=ERROR"},
});

bool is_harmless(const Extra& extra, const std::string& value) {
    const auto harmless = base::words(extra.harmless);
    return std::find(harmless.begin(), harmless.end(), value) != harmless.end();
}

// The value of a key that occurs once, or "".
std::string value_of(std::string_view ssh_config, std::string_view key) {
    for (const auto& line : base::lines(ssh_config))
        if (const auto [name, value] = base::key_and_value(line); name == key)
            return value;
    return "";
}

} // namespace

std::vector<std::string> plain_options(std::string_view ssh_config) {
    std::vector<std::string> options;
    for (const auto& line : base::lines(ssh_config)) {
        const auto [key, value] = base::key_and_value(line);
        for (const auto& extra : extras)
            if (key == extra.key && !is_harmless(extra, value) &&
                std::find(options.begin(), options.end(), extra.option) == options.end())
                options.insert(options.end(), {"-o", std::string(extra.option)});
    }
    return options;
}

Sharing sharing_in(std::string_view ssh_config) {
    const auto path = value_of(ssh_config, "controlpath");
    if (path.empty() || path == "none")
        return Sharing::own;
    const auto persist = value_of(ssh_config, "controlpersist");
    return persist.empty() || persist == "no" ? Sharing::guest : Sharing::users;
}

std::vector<std::string> sharing_options(Sharing sharing, const std::filesystem::path& folder) {
    switch (sharing) {
    case Sharing::users: return {};
    // As the first user of the socket, rdvc would have to stay as long as others use it.
    case Sharing::guest: return {"-o", "ControlMaster=no"};
    case Sharing::none: return {"-o", "ControlPath=none"};
    case Sharing::own: break;
    }
    return {"-o", "ControlMaster=auto",
            "-o", "ControlPersist=300",
            "-o", "ControlPath=" + (folder / "%C").string()};
}

} // namespace rdvc::transport
