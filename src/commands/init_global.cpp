// `rdvc init global`: who and where you are on the cluster.

#include <fmt/core.h>

#include "cli/options.hpp"
#include "commands/cluster.hpp"
#include "commands/command.hpp"
#include "commands/wizard.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

Exit init_global(cli::World& world, const Words& words) {
    std::string host;
    std::string username;
    std::string email;
    bool yes = false;
    cli::Options options("init global",
                         "Your cluster and your e-mail address -> ~/.config/rdvc/config.toml.");
    options.text("--host", host, "where SLURM is: anything that ssh accepts, or `local`", "HOST")
        .text("--username", username, "user name there; default: as ssh's configuration says",
              "NAME")
        .text("--email", email, "where SLURM sends mail when a job ends or fails", "ADDRESS")
        .flag("-y,--yes", yes, "ask nothing; keep what is there");
    if (!options.parse(words))
        return Exit::done;

    const auto config = open_user_config(world, "");
    const auto answer = [&](const std::string& option, const std::string& question,
                            std::string& value, const std::string& current) {
        if (!options.given(option))
            value = yes ? current : world.ask(question, current);
    };
    const auto mail = config.run_options().find("mail-user");
    answer("--host", "Cluster's login node (as in `ssh HOST`)", host, config.text("cluster.host"));
    answer("--username", "User name there (empty: as ssh's configuration says)", username,
           config.text("cluster.username"));
    answer("--email", "E-mail address for SLURM's messages (empty: none)", email,
           mail == config.run_options().end() ? "" : std::get<std::string>(mail->second.value));
    if (host.empty())
        throw Error(Exit::usage, "a host is needed").hint("rdvc init global --host=HOST");
    for (const auto& value : {host, username})
        if (value.starts_with("-") || value.find_first_of(" \t\n") != std::string::npos)
            throw Error(Exit::usage, fmt::format("`{}` cannot be a host or user name", value));
    if (email.find_first_of(" \t\n\"") != std::string::npos)
        throw Error(Exit::usage, fmt::format("`{}` is no e-mail address", email));

    SettingsFile file(world.user_config(), "# rdvc's settings of this user; see docs/manual.md");
    file.set({"cluster", "host"}, host);
    if (!username.empty() || !config.text("cluster.username").empty())
        file.set({"cluster", "username"}, username);
    if (!email.empty() || mail != config.run_options().end())
        file.set({"run", "mail-user"}, email);
    world.console.note(
        fmt::format("{} {}", file.save() ? "wrote" : "nothing to change in", file.path().string()));
    world.console.note("next:  rdvc init remote");
    return Exit::done;
}

} // namespace rdvc::commands
