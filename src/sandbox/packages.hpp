// Pure: what the sandbox needs of this machine, and which packages of Debian and Ubuntu have it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rdvc::sandbox {

struct Need {
    std::string_view program;
    std::string_view package;
    std::string_view services; ///< that Debian starts when it installs the package, as words
};

const std::vector<Need>& needs();

/// What is known of this machine.
struct Machine {
    std::string system;     ///< as `uname -s` prints it
    std::string os_release; ///< the text of /etc/os-release
    bool is_root = false;
    bool has_systemd = false;
    bool has_package_lists = true; ///< apt-get knows packages
    std::function<bool(std::string_view program)> has_program;
    bool can_make_venv = true; ///< Python has what `python3 -m venv` needs
};

struct Missing {
    std::vector<std::string> programs;
    std::vector<std::string> packages;
};

/// What the sandbox cannot be started without, in the order of the table.
Missing missing(const Machine& machine);

/// True for Debian, Ubuntu and what is made of them.
bool has_debian_packages(std::string_view os_release);

/// What to type for these packages: "sudo apt-get install ...".
std::string install_line(const Machine& machine, const std::vector<std::string>& packages);

/// What to type before, so that Debian starts no services of its own; "" if it would start none.
std::string mask_line(const Machine& machine, const std::vector<std::string>& packages);

/// Throws Error (not_ready), which says what to type, if this machine cannot have a sandbox yet.
void require(const Machine& machine);

} // namespace rdvc::sandbox
