// Git's tree objects: those of the user's repository may be damaged or very old.

#include "project/trees.hpp"
#include "support.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(trees) {
    const std::string text(fuzz::text_of(data, size));
    const auto tree = project::parse_tree(text);
    if (!tree)
        return 0;
    for (const auto& [name, entry] : *tree)
        fuzz::check(name.find('\0') == std::string::npos && entry.hash.size() == 40 &&
                        entry.mode.size() >= 5,
                    "an entry has a mode and a hash");
    fuzz::check(project::parse_tree(project::tree_content(*tree)) == tree,
                "what is written is read again");
    return 0;
}
