#include "project/git.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "project/dvc.hpp"

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

// The questions to git that each run asks.
const std::vector<std::string> status_words = {
    "--no-optional-locks",   "status",       "--porcelain=v2",          "--branch", "-z",
    "--untracked-files=all", "--no-renames", "--ignore-submodules=none"};
const std::vector<std::string> identity_words = {"var", "GIT_COMMITTER_IDENT"};
const std::vector<std::string> index_words = {"ls-files", "-v", "-z"};
const std::vector<std::string> tags_words = {
    "for-each-ref", "--merged=HEAD", "--format=%(objecttype) %(objectname) %(refname:lstrip=2)",
    "refs/tags"};

// "1 XY sub mH mI mW hH hI path"; an unmerged file has other fields and two more.
std::optional<Change> parse_change(const std::string& record) {
    const std::size_t count = record[0] == '1' ? 8 : 10;
    std::vector<std::string> fields;
    std::size_t at = 0;
    for (std::size_t end = 0; fields.size() < count; at = end + 1) {
        end = record.find(' ', at);
        if (end == std::string::npos)
            return std::nullopt;
        fields.push_back(record.substr(at, end - at));
    }
    constexpr std::size_t letters = 2;
    if (fields[1].size() != letters || fields[2].empty())
        return std::nullopt;
    Change change{fields[1], record.substr(at), fields[2], record[0] == 'u', "", "", ""};
    if (!change.unmerged) {
        change.index_mode = fields[4];
        change.file_mode = fields[5];
        change.index_hash = fields[7];
    }
    return change;
}

// The subcommand: the first word that is neither an option nor the value of `-c`.
std::string name_of(const std::vector<std::string>& arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i)
        if (arguments[i] == "-c")
            ++i;
        else if (!arguments[i].starts_with("-"))
            return arguments[i];
    return "";
}

} // namespace

std::string ask_git(base::Runner& runner, const Repository& repository,
                    const std::vector<std::string>& arguments, const std::string& input,
                    const std::vector<std::pair<std::string, std::string>>& environment) {
    base::Command command{.argv = git_in(repository, arguments), .environment = environment};
    if (!input.empty())
        command.input = {input};
    const auto result = runner.run(command);
    if (result.status != 0)
        throw Error(Exit::failed, fmt::format("git {} failed", name_of(arguments)))
            .context(result.err);
    return result.out;
}

std::string ask_git_apart(base::Runner& runner, const Repository& repository,
                          const std::filesystem::path& index,
                          const std::vector<std::string>& arguments, const std::string& input) {
    std::vector<std::string> all = {"-c", "core.splitIndex=false",   "-c", "core.fsmonitor=false",
                                    "-c", "core.hooksPath=/dev/null"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return ask_git(runner, repository, all, input, {{"GIT_INDEX_FILE", index.string()}});
}

std::optional<Repository> find_repository(base::Runner& runner,
                                          const std::filesystem::path& folder) {
    const auto result = runner.run(
        {.argv = {"git", "rev-parse", "--is-shallow-repository", "--show-toplevel", "--show-cdup"},
         .folder = folder});
    if (result.status != 0 && result.err.find("not a git repository") != std::string::npos)
        return std::nullopt;
    // Paths may contain line ends; the way up (`../../`) does not.
    const auto first = result.out.find('\n');
    const auto last = result.out.rfind('\n', result.out.size() < 2 ? 0 : result.out.size() - 2);
    if (result.status != 0 || first == std::string::npos || last == std::string::npos ||
        last <= first)
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
    const auto text = ask_git(runner, repository, status_words);
    Head head;
    for (const auto& record : base::split(text, '\0')) {
        const auto after = [&](std::string_view start) { return record.substr(start.size()); };
        if (record.starts_with("# branch.oid ")) {
            head.commit = after("# branch.oid ");
        } else if (record.starts_with("# branch.head ")) {
            head.branch = after("# branch.head ");
        } else if (record.starts_with("? ")) {
            head.changes.push_back({.xy = "??", .path = after("? ")});
        } else if (record.starts_with("1 ") || record.starts_with("u ")) {
            if (auto change = parse_change(record))
                head.changes.push_back(std::move(*change));
        }
    }
    if (head.commit == "(initial)")
        head.commit.clear();
    if (head.branch == "(detached)")
        head.branch.clear();
    return head;
}

std::string commit_tree(base::Runner& runner, const Repository& repository, const std::string& tree,
                        const std::string& parent, const std::string& message) {
    constexpr auto date = "2000-01-01T00:00:00+0000";
    return base::trim(ask_git(runner, repository,
                              {"commit-tree", tree, "-p", parent, "-m", message}, "",
                              {{"GIT_AUTHOR_NAME", "rdvc"},
                               {"GIT_AUTHOR_EMAIL", "rdvc"},
                               {"GIT_AUTHOR_DATE", date},
                               {"GIT_COMMITTER_NAME", "rdvc"},
                               {"GIT_COMMITTER_EMAIL", "rdvc"},
                               {"GIT_COMMITTER_DATE", date}}));
}

void start_questions(base::Runner& runner, const Repository& repository) {
    for (const auto& words : {status_words, index_words, identity_words, tags_words})
        runner.start_ahead({.argv = git_in(repository, words)});
}

std::filesystem::path git_dir(base::Runner& runner, const Repository& repository) {
    auto usual = repository.top / ".git";
    if (std::filesystem::is_directory(usual) && std::getenv("GIT_DIR") == nullptr)
        return usual; // one process less
    auto path = ask_git(runner, repository, {"rev-parse", "--absolute-git-dir"});
    return path.substr(0, path.rfind('\n')); // others may be part of the name
}

Identity identity(base::Runner& runner, const Repository& repository) {
    const auto result = runner.run({.argv = git_in(repository, identity_words)});
    const auto open = result.out.find(" <"); // "NAME <EMAIL> SECONDS ZONE"
    const auto close = result.out.find('>', open == std::string::npos ? 0 : open);
    if (result.status != 0 || open == std::string::npos || close == std::string::npos)
        return {};
    return {result.out.substr(0, open), result.out.substr(open + 2, close - open - 2)};
}

IndexFacts read_index(base::Runner& runner, const Repository& repository) {
    IndexFacts facts;
    const auto text = ask_git(runner, repository, index_words);
    for (std::size_t at = 0; at < text.size();) { // "H path", one of tens of thousands
        const auto end = std::min(text.find('\0', at), text.size());
        if (end < at + 2) {
            at = end + 1;
            continue;
        }
        const char tag = text[at];
        const auto path = std::string_view(text).substr(at + 2, end - at - 2);
        if (tag == 'S' || (tag >= 'a' && tag <= 'z')) {
            const bool is_here =
                std::filesystem::exists(std::filesystem::symlink_status(repository.top / path));
            (is_here ? facts.hidden : facts.not_here).emplace_back(path);
        }
        facts.has_attributes = facts.has_attributes || path.ends_with(".gitattributes");
        if (is_dvc_file(path))
            facts.dvc_files.emplace_back(path);
        if (path.starts_with(".rdvc/") || path.find("/.rdvc/") != std::string_view::npos)
            facts.rdvc_files.emplace_back(path);
        at = end + 1;
    }
    return facts;
}

std::vector<std::string> ignored_by_git(base::Runner& runner, const Repository& repository,
                                        const std::string& paths) {
    const auto result = runner.run(
        {.argv = git_in(repository, {"check-ignore", "-z", "--stdin"}), .input = {paths}});
    auto ignored = base::split(result.out, '\0'); // with exit code 1 there are none
    std::erase(ignored, "");
    return ignored;
}

std::string read_setting(base::Runner& runner, const Repository& repository,
                         const std::string& key) {
    const auto result = runner.run({.argv = git_in(repository, {"config", "--get", key})});
    return result.status == 0 ? base::trim(result.out) : "";
}

std::vector<Tag> reachable_tags(base::Runner& runner, const Repository& repository) {
    std::vector<Tag> tags;
    for (const auto& line : base::lines(ask_git(runner, repository, tags_words))) {
        const auto fields = base::words(line);
        if (fields.size() == 3)
            tags.push_back({fields[2], fields[1], fields[0] == "tag"});
    }
    return tags;
}

std::string root_commit(base::Runner& runner, const Repository& repository) {
    const auto roots =
        base::lines(ask_git(runner, repository, {"rev-list", "--max-parents=0", "HEAD"}));
    return roots.empty() ? "" : roots.back();
}

std::vector<std::string> unpushed_commits(base::Runner& runner, const Repository& repository) {
    return base::lines(
        ask_git(runner, repository,
                {"log", "--max-count=20", "--format=%h %s", "HEAD", "--not", "--remotes=origin"}));
}

std::string commit_of(base::Runner& runner, const Repository& repository, const std::string& ref) {
    return base::trim(runner
                          .run({.argv = git_in(repository, {"rev-parse", "--verify", "--quiet",
                                                            ref + "^{commit}"})})
                          .out);
}

bool has_ref(base::Runner& runner, const Repository& repository, const std::string& ref) {
    return runner.run({.argv = git_in(repository, {"show-ref", "--verify", "--quiet", ref})})
               .status == 0;
}

std::map<std::string, std::string> objects_below(base::Runner& runner, const Repository& repository,
                                                 const std::string& folder) {
    std::map<std::string, std::string> objects;
    for (const auto& line : base::lines(ask_git(
             runner, repository, {"for-each-ref", "--format=%(refname) %(objectname)", folder})))
        objects.insert(base::key_and_value(line));
    return objects;
}

std::set<std::string> refs_below(base::Runner& runner, const Repository& repository,
                                 const std::string& folder) {
    const auto names =
        base::lines(ask_git(runner, repository, {"for-each-ref", "--format=%(refname)", folder}));
    return {names.begin(), names.end()};
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
