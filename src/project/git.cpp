#include "project/git.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace rdvc::project {

using base::Error;
using base::Exit;

namespace {

std::vector<std::string> git_in(const Repository& repository, std::vector<std::string> arguments) {
    std::vector<std::string> argv = {"git", "-C", repository.top.string()};
    argv.insert(argv.end(), std::make_move_iterator(arguments.begin()),
                std::make_move_iterator(arguments.end()));
    return argv;
}

// The subcommand: the first word that is no option.
std::string name_of(const std::vector<std::string>& arguments) {
    const auto name = std::find_if(arguments.begin(), arguments.end(),
                                   [](const std::string& word) { return !word.starts_with("-"); });
    return name == arguments.end() ? "" : *name;
}

std::string ask(base::Runner& runner, const Repository& repository,
                const std::vector<std::string>& arguments, const std::string& input = "") {
    base::Command command{.argv = git_in(repository, arguments)};
    if (!input.empty())
        command.input = {input};
    const auto result = runner.run(command);
    if (result.status != 0)
        throw Error(Exit::failed, fmt::format("git {} failed", name_of(arguments)))
            .context(result.err);
    return result.out;
}

} // namespace

std::optional<Repository> find_repository(base::Runner& runner,
                                          const std::filesystem::path& folder) {
    const auto result = runner.run(
        {.argv = {"git", "rev-parse", "--is-shallow-repository", "--show-toplevel", "--show-cdup"},
         .folder = folder});
    if (result.status != 0 && result.err.find("not a git repository") != std::string::npos)
        return std::nullopt;
    // Paths may have line ends in them; the way up (`../../`) has none.
    const auto first = result.out.find('\n');
    const auto last = result.out.rfind('\n', result.out.size() - 2);
    if (result.status != 0 || first == std::string::npos || last <= first)
        throw Error(Exit::not_ready, "git does not know this repository's work tree")
            .context(result.err);
    const std::filesystem::path top = result.out.substr(first + 1, last - first - 1);
    const auto up = std::count(result.out.begin() + static_cast<long>(last), result.out.end(), '/');
    std::filesystem::path prefix;
    std::filesystem::path at = std::filesystem::weakly_canonical(folder);
    for (auto level = up; level > 0; --level, at = at.parent_path())
        prefix = prefix.empty() ? at.filename() : at.filename() / prefix;
    return Repository{top, prefix, result.out.starts_with("true")};
}

Head read_head(base::Runner& runner, const Repository& repository) {
    const auto text = ask(runner, repository,
                          {"--no-optional-locks", "status", "--porcelain=v2", "--branch", "-z",
                           "--untracked-files=all"});
    Head head;
    const auto records = base::split(text, '\0');
    for (std::size_t i = 0; i < records.size(); ++i) {
        const std::string& record = records[i];
        const auto after = [&](std::string_view start) { return record.substr(start.size()); };
        if (record.starts_with("# branch.oid ")) {
            head.commit = after("# branch.oid ");
        } else if (record.starts_with("# branch.head ")) {
            head.branch = after("# branch.head ");
        } else if (record.starts_with("? ")) {
            head.dirty.push_back("?? " + after("? "));
        } else if (record.starts_with("1 ") || record.starts_with("2 ") ||
                   record.starts_with("u ")) {
            // "1 XY sub mH mI mW hH hI path"; a rename has a score before its path and the old path
            // as a record of its own; an unmerged file has one mode and one hash more.
            const int fields = record[0] == '1' ? 8 : record[0] == '2' ? 9 : 10;
            std::size_t at = 0;
            for (int field = 0; field < fields && at != std::string::npos; ++field)
                at = record.find(' ', at + (field > 0 ? 1 : 0));
            if (at != std::string::npos)
                head.dirty.push_back(record.substr(2, 2) + " " + record.substr(at + 1));
            if (record[0] == '2')
                ++i;
        }
    }
    if (head.commit == "(initial)")
        head.commit.clear();
    if (head.branch == "(detached)")
        head.branch.clear();
    return head;
}

std::string read_setting(base::Runner& runner, const Repository& repository,
                         const std::string& key) {
    const auto result = runner.run({.argv = git_in(repository, {"config", "--get", key})});
    return result.status == 0 ? base::trim(result.out) : "";
}

std::vector<std::string> existing_objects(base::Runner& runner, const Repository& repository,
                                          const std::vector<std::string>& objects) {
    if (objects.empty())
        return {};
    std::vector<std::string> existing;
    for (const auto& line : base::lines(ask(runner, repository, {"cat-file", "--batch-check"},
                                            base::join(objects, "\n") + "\n")))
        if (!line.ends_with(" missing"))
            existing.push_back(line.substr(0, line.find(' ')));
    return existing;
}

std::vector<Tag> reachable_tags(base::Runner& runner, const Repository& repository) {
    std::vector<Tag> tags;
    for (const auto& line : base::lines(ask(runner, repository,
                                            {"for-each-ref", "--merged=HEAD",
                                             "--format=%(objecttype) %(objectname) "
                                             "%(refname:lstrip=2)",
                                             "refs/tags"}))) {
        const auto fields = base::words(line);
        if (fields.size() == 3)
            tags.push_back({fields[2], fields[1], fields[0] == "tag"});
    }
    return tags;
}

std::string root_commit(base::Runner& runner, const Repository& repository) {
    const auto roots =
        base::lines(ask(runner, repository, {"rev-list", "--max-parents=0", "HEAD"}));
    return roots.empty() ? "" : roots.back();
}

std::vector<std::string> unpushed_commits(base::Runner& runner, const Repository& repository) {
    return base::lines(
        ask(runner, repository,
            {"log", "--max-count=20", "--format=%h %s", "HEAD", "--not", "--remotes=origin"}));
}

bool has_ref(base::Runner& runner, const Repository& repository, const std::string& ref) {
    return runner.run({.argv = git_in(repository, {"show-ref", "--verify", "--quiet", ref})})
               .status == 0;
}

std::string name_in_url(const std::string& url) {
    std::string path = url;
    while (!path.empty() && path.back() == '/')
        path.pop_back();
    if (path.ends_with(".git"))
        path.resize(path.size() - 4);
    while (!path.empty() && path.back() == '/')
        path.pop_back();
    return path.substr(path.find_last_of("/:") + 1);
}

std::string normalised_url(const std::string& url) {
    std::string rest = url.starts_with("file://") ? url.substr(7) : url;
    std::string host;
    if (const auto scheme = rest.find("://"); scheme != std::string::npos) {
        rest = rest.substr(scheme + 3);
        const auto slash = rest.find('/');
        host = rest.substr(0, slash);
        rest = slash == std::string::npos ? "" : rest.substr(slash + 1);
        host = host.substr(host.rfind('@') + 1);
        const auto after_address = host.find(']'); // [IPv6]:port
        host =
            host.substr(0, host.find(':', after_address == std::string::npos ? 0 : after_address));
    } else if (const auto colon = rest.find(':');
               colon != std::string::npos && rest.find('/') > colon) {
        host = rest.substr(0, colon);
        rest = rest.substr(colon + 1);
        host = host.substr(host.rfind('@') + 1);
    }
    std::transform(host.begin(), host.end(), host.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto drop_slashes = [&rest] {
        while (!rest.empty() && rest.back() == '/')
            rest.pop_back();
    };
    drop_slashes();
    if (rest.ends_with(".git"))
        rest.resize(rest.size() - 4);
    drop_slashes();
    while (!rest.empty() && rest.front() == '/' && !host.empty())
        rest.erase(0, 1);
    return host.empty() ? rest : host + "/" + rest;
}

std::string without_password(const std::string& url) {
    const auto scheme = url.find("://");
    if (scheme == std::string::npos)
        return url;
    const auto start = scheme + 3;
    const auto host_end = url.find('/', start);
    const auto at = url.rfind('@', host_end);
    const auto colon = url.find(':', start);
    if (at == std::string::npos || at < start || colon == std::string::npos || colon > at)
        return url;
    return url.substr(0, colon) + url.substr(at);
}

} // namespace rdvc::project
