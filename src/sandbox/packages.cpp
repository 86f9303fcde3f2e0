#include "sandbox/packages.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace rdvc::sandbox {

using base::Error;
using base::Exit;

// clang-format off
const std::vector<Need>& needs() {
    static const std::vector<Need> table = {
        {"munged", "munge", "munge.service"},
        {"slurmctld", "slurmctld", "slurmctld.service"},
        {"slurmd", "slurmd", "slurmd.service"},
        {"sbatch", "slurm-client", ""},
        {"sshd", "openssh-server", "ssh.service ssh.socket"},
        {"ssh", "openssh-client", ""},
        {"git", "git", ""},
        {"ss", "iproute2", ""},
        {"ps", "procps", ""},
    };
    return table;
}
// clang-format on

Missing missing(const Machine& machine) {
    Missing all;
    for (const auto& need : needs())
        if (!machine.has_program(need.program)) {
            all.programs.emplace_back(need.program);
            all.packages.emplace_back(need.package);
        }
    return all;
}

bool has_debian_packages(std::string_view os_release) {
    for (const auto& line : base::lines(os_release)) {
        const auto at = line.find('=');
        const auto key = line.substr(0, at);
        if (at == std::string::npos || (key != "ID" && key != "ID_LIKE"))
            continue;
        auto value = line.substr(at + 1);
        std::replace(value.begin(), value.end(), '"', ' ');
        const auto words = base::words(value);
        for (const auto* name : {"debian", "ubuntu"})
            if (std::find(words.begin(), words.end(), name) != words.end())
                return true;
    }
    return false;
}

namespace {

std::string as_root(const Machine& machine, const std::string& command) {
    return (machine.is_root ? "" : "sudo ") + command;
}

} // namespace

std::string install_line(const Machine& machine, const std::vector<std::string>& packages) {
    const auto install =
        as_root(machine, "apt-get install --no-install-recommends " + base::join(packages, " "));
    return machine.has_package_lists ? install
                                     : as_root(machine, "apt-get update") + " && " + install;
}

std::string mask_line(const Machine& machine, const std::vector<std::string>& packages) {
    std::vector<std::string> services;
    for (const auto& need : needs())
        if (!need.services.empty() &&
            std::find(packages.begin(), packages.end(), need.package) != packages.end())
            services.emplace_back(need.services);
    return machine.has_systemd && !services.empty()
               ? as_root(machine, "systemctl mask " + base::join(services, " "))
               : "";
}

void require(const Machine& machine) {
    if (machine.system != "Linux")
        throw Error(Exit::not_ready,
                    fmt::format("the sandbox needs Linux; this is {}",
                                machine.system == "Darwin" ? "macOS" : machine.system))
            .context("SLURM's daemons do not run here; in a container or a virtual machine with "
                     "Debian or Ubuntu they do")
            .hint("with an account on a cluster you need no sandbox: rdvc init global");
    const auto [programs, packages] = missing(machine);
    if (programs.empty())
        return;
    Error error(Exit::not_ready, "the sandbox needs programs that are not on this machine: " +
                                     base::join(programs, ", "));
    if (!has_debian_packages(machine.os_release))
        throw error
            .context("rdvc knows only the packages of Debian and Ubuntu, where they are called " +
                     base::join(packages, ", "))
            .hint("install them as your system does, or take a container with Debian or Ubuntu");
    const auto mask = mask_line(machine, packages);
    throw error
        .context(mask.empty() ? "rdvc installs nothing by itself"
                              : "rdvc installs nothing by itself; Debian would start services of "
                                "its own with them, unless you say before:\n  " +
                                    mask)
        .hint(install_line(machine, packages));
}

} // namespace rdvc::sandbox
