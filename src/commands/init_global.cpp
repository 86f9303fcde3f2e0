// `rdvc init global`: who and where you are on the cluster.

#include <fmt/core.h>

#include "cli/options.hpp"
#include "commands/command.hpp"
#include "remote/cluster.hpp"
#include "remote/project.hpp"
#include "wizard/questions.hpp"
#include "wizard/settings_file.hpp"

namespace rdvc::commands {

using base::Exit;

namespace {

// True for names that ssh would not accept as a host or user name.
std::string not_a_name(const std::string& value) {
    const bool bad = value.starts_with("-") || value.find_first_of(" \t\n!") != std::string::npos;
    return bad ? fmt::format("`{}` cannot be a host or user name", value) : "";
}

std::string not_an_address(const std::string& value) {
    const bool bad = value.find_first_of(" \t\n\"") != std::string::npos || value.find('@') == 0 ||
                     value.find('@') == std::string::npos;
    return bad && !value.empty() ? fmt::format("`{}` is not an e-mail address", value) : "";
}

std::string text_of(const config::Value& value) {
    const auto* text = std::get_if<std::string>(&value.value);
    return text == nullptr ? "" : *text;
}

} // namespace

Exit init_global(world::World& world, const Words& words) {
    std::string host;
    std::string username;
    std::string email;
    bool yes = false;
    cli::Options options("init global",
                         "Your cluster and your e-mail address -> ~/.config/rdvc/config.toml.");
    options.text("--host", host, "where SLURM is: anything that ssh accepts, or `local`", "HOST")
        .text("--username", username, "user name there; default: ssh's configuration decides",
              "NAME")
        .text("--email", email, "where SLURM sends mail when a job ends or fails", "ADDRESS")
        .flag("-y,--yes", yes, "ask nothing; keep the current values");
    if (!options.parse(words, world.console))
        return Exit::done;

    const auto config = // of [cluster] itself
        remote::load_config(world, {}, "", config::DefaultCluster::ignored);
    const wizard::Questions questions(world, options, yes);
    const auto mail = config.run_options().find("mail-user");
    questions.answer("--host", "Cluster's login node (as in `ssh HOST`)", host,
                     config.text("cluster.host"), [](const std::string& value) {
                         return value.empty() ? "a host is needed, e.g. --host=hpc"
                                              : not_a_name(value);
                     });
    questions.answer("--username", "User name there (-: ssh's configuration decides)", username,
                     config.text("cluster.username"), not_a_name);
    questions.answer("--email", "E-mail address for SLURM's messages (-: none)", email,
                     mail == config.run_options().end() ? "" : text_of(mail->second),
                     not_an_address);

    auto file = wizard::user_settings(world);
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
