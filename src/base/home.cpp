#include "base/home.hpp"

#include <pwd.h>
#include <unistd.h>

#include "base/error.hpp"

namespace rdvc::base {

std::filesystem::path home_folder(const std::filesystem::path& home) {
    if (home.is_absolute())
        return home;
    const auto* account = ::getpwuid(::getuid());
    if (account != nullptr && std::filesystem::path(account->pw_dir).is_absolute())
        return account->pw_dir;
    throw Error(Exit::not_ready, "it is not known where your home folder is")
        .hint("set HOME to an absolute path");
}

} // namespace rdvc::base
