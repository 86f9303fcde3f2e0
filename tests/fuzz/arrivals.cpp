// Links that a cluster sends: where they lead. The first line is the path, the rest what it says.

#include "project/arrivals.hpp"
#include "project/guarded_names.hpp"
#include "support.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(arrivals) {
    const auto text = fuzz::text_of(data, size);
    const auto end = text.find('\n');
    if (end == std::string_view::npos || text.find('\0') != std::string_view::npos)
        return 0;
    const std::filesystem::path path = text.substr(0, end);
    const std::filesystem::path target = text.substr(end + 1);
    const auto normal = path.lexically_normal();
    if (path.empty() || path.is_absolute() || normal != path || *path.begin() == "..")
        return 0; // a folder's listing has no such paths
    if (!project::stays_inside(path, target))
        return 0;
    const auto place = (path.parent_path() / target).lexically_normal();
    fuzz::check(!place.is_absolute() && (place.empty() || *place.begin() != ".."),
                "a link stays in the work tree");
    for (const auto& part : target)
        fuzz::check(!project::is_guarded_name(part.string()),
                    "a link does not lead to what programs here obey");
    return 0;
}
