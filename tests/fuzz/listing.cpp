// Folders' objects and names of objects, as they come from a cluster or a cache.

#include <filesystem>

#include "data/cache.hpp"
#include "support.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(listing) {
    const std::string text(fuzz::text_of(data, size));
    if (const auto listing = data::parse_listing(text)) {
        std::vector<std::string> paths;
        for (const auto& [path, hash] : *listing) {
            paths.push_back(path);
            const std::filesystem::path normal = ("root/" + path);
            fuzz::check(normal.lexically_normal().string() == "root/" + path &&
                            path.find('\0') == std::string::npos,
                        "a path stays in its folder");
            fuzz::check(data::parse_object_name(data::object_name(hash, true)).has_value(),
                        "a hash is one");
        }
        data::same_but_for_case(paths);
        fuzz::check(data::parse_listing(data::render_listing(*listing)) == listing,
                    "what is written is read again");
    }
    data::parse_not_in_remote(text);
    if (const auto name = data::parse_object_name(text))
        fuzz::check(data::object_name(name->hash, name->legacy) == text, "a name has one form");
    return 0;
}
