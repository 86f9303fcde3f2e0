// URLs of origin, which a project's own configuration may hold.

#include "project/git.hpp"
#include "submission/mirror.hpp"
#include "support.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(url) {
    const std::string url(fuzz::text_of(data, size));
    const auto name = project::name_in_url(url);
    fuzz::check(name.find_first_of("/:") == std::string::npos, "a name is one part");
    project::normalised_url(url);
    const auto public_url = project::without_password(url);
    fuzz::check(public_url.size() <= url.size(), "nothing is added");
    fuzz::check(project::without_password(public_url) == public_url, "no password is left");
    const auto mirror = submission::mirror_name(base::file_name(name), "", url, "");
    fuzz::check(mirror.find('/') == std::string::npos && !mirror.starts_with("."),
                "a mirror is one folder");
    return 0;
}
