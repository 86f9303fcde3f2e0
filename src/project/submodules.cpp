#include "project/submodules.hpp"

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace rdvc::project {

namespace {

void add_submodules(base::Runner& runner, const Repository& repository, const std::string& commit,
                    const std::string& prefix, std::vector<Submodule>& found) {
    if (ask_git(runner, repository, {"ls-tree", "--full-tree", commit, ".gitmodules"}).empty())
        return;
    for (const auto& line : base::split(
             ask_git(runner, repository, {"ls-tree", "-r", "-z", "--full-tree", commit}), '\0')) {
        const auto tab = line.find('\t'); // "160000 commit HASH TAB path"
        const auto words = base::words(line.substr(0, tab));
        if (tab == std::string::npos || words.size() != 3 || words[0] != "160000")
            continue;
        const auto path = line.substr(tab + 1);
        const auto folder = repository.top / path;
        if (!std::filesystem::exists(folder / ".git"))
            continue;
        Submodule submodule{.repository = find_repository(runner, folder).value_or(Repository{}),
                            .path = prefix + path,
                            .commit = words[2],
                            .url = {}};
        submodule.url =
            without_password(read_setting(runner, submodule.repository, "remote.origin.url"));
        if (existing_objects(runner, submodule.repository, {submodule.commit}).empty())
            throw base::Error(base::Exit::not_ready,
                              fmt::format("the submodule `{}` does not have its commit {}",
                                          submodule.path, submodule.commit.substr(0, 10)))
                .hint("git submodule update --init");
        found.push_back(submodule);
        add_submodules(runner, submodule.repository, submodule.commit, submodule.path + "/", found);
    }
}

} // namespace

std::vector<Submodule> submodules_of(base::Runner& runner, const Repository& repository,
                                     const std::string& commit) {
    std::vector<Submodule> found;
    add_submodules(runner, repository, commit, "", found);
    return found;
}

} // namespace rdvc::project
