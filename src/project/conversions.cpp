#include "project/conversions.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/quote.hpp"
#include "base/text.hpp"
#include "project/attributes.hpp"

namespace rdvc::project {

namespace fs = std::filesystem;
using base::Error;
using base::Exit;

namespace {

// A pattern that matches the path and hardly any other. Programs read quotes and escapes in
// .gitattributes differently, but all know `?`.
std::string pattern_of(const std::string& path) {
    std::string pattern = "/";
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_plain = byte > ' ' && byte != 0x7f &&
                              std::string_view("*?[]\\\"'").find(c) == std::string_view::npos;
        pattern += is_plain ? c : '?';
    }
    return pattern;
}

struct TreeFile {
    std::string path;
    std::string blob;
    std::uintmax_t size = 0;
};

// The regular files of a commit.
std::vector<TreeFile> files_of(base::Runner& runner, const Repository& repository,
                               const std::string& commit) {
    std::vector<TreeFile> files;
    const auto listing =
        ask_git(runner, repository, {"ls-tree", "-r", "-l", "-z", "--full-tree", commit});
    for (std::size_t at = 0, end = 0; (end = listing.find('\0', at)) != std::string::npos;
         at = end + 1) { // "mode blob HASH SIZE TAB path", one of tens of thousands
        const auto record = std::string_view(listing).substr(at, end - at);
        const auto tab = record.find('\t');
        if (tab == std::string_view::npos || !record.starts_with("100"))
            continue;
        const auto words = base::words(std::string(record.substr(0, tab)));
        if (words.size() != 4)
            continue;
        if (const auto size = parse_size(words[3], std::string::npos))
            files.push_back({std::string(record.substr(tab + 1)), words[2], *size});
    }
    return files;
}

// Attributes that make a checkout convert bytes; with the value that does, or any value.
const std::map<std::string, std::string>& expanding() {
    static const std::map<std::string, std::string> attributes = {
        {"eol", "crlf"}, {"ident", "set"}, {"working-tree-encoding", ""}};
    return attributes;
}

class Search {
  public:
    Search(base::Runner& runner, const Repository& repository, const std::string& commit,
           Bytes bytes, TrackedAttributes attributes)
        : runner_(runner), repository_(repository), commit_(commit), bytes_(bytes),
          attributes_(attributes) {}

    Conversions find() {
        auto settings = read_conversion_settings(runner_, repository_);
        found_.settings = settings.text;
        found_.attributes = read_info_attributes(runner_, repository_);
        found_.user_attributes = read_user_attributes(settings.attributes_file);
        auto asked = what_is_asked(tracked_attributes() + "\n" + found_.attributes + "\n" +
                                   found_.user_attributes);
        asked.conversions = asked.conversions || !settings.text.empty();
        std::erase_if(settings.filters,
                      [&](const auto& entry) { return !asked.filters.contains(entry.first); });
        if (settings.filters.empty() && !asked.conversions)
            return {};
        filters_ = std::move(settings.filters);
        files_ = files_of(runner_, repository_, commit_);
        if (!filters_.empty())
            add_filtered();
        if (asked.conversions && bytes_ == Bytes::of_work_tree)
            add_converted(asked);
        for (const auto& [name, driver] : filters_)
            if (driver.seals())
                found_.sealing.push_back(name);
        return std::move(found_);
    }

  private:
    std::string tracked_attributes() {
        if (attributes_ == TrackedAttributes::none)
            return "";
        return runner_
            .run({.argv = {"git", "-C", repository_.top.string(), "grep", "-h", "-e", "", commit_,
                           "--", ":(top,glob)**/.gitattributes"}})
            .out;
    }

    // An attribute of each file in the commit.
    std::vector<std::string> values_of(const std::vector<const TreeFile*>& files,
                                       const std::string& attribute) {
        std::string paths;
        for (const auto* file : files)
            paths += file->path + '\0';
        const auto answer = base::split(
            ask_git_apart(runner_, repository_, index(),
                          {"check-attr", "--cached", "--stdin", "-z", attribute}, paths),
            '\0'); // path, attribute, value
        std::vector<std::string> values;
        for (std::size_t i = 2; i < answer.size(); i += 3)
            values.push_back(answer[i]);
        values.resize(files.size());
        return values;
    }

    void add_filtered() {
        std::vector<const TreeFile*> all;
        for (const auto& file : files_)
            all.push_back(&file);
        const auto filters = values_of(all, "filter");
        std::vector<ConvertedFile> candidates;
        std::vector<std::size_t> away; // those of them that are not here
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto driver = filters_.find(filters[i]);
            if (driver == filters_.end())
                continue;
            ConvertedFile file{.path = all[i]->path,
                               .blob = all[i]->blob,
                               .filter = filters[i],
                               .sealed = driver->second.seals(),
                               .content = repository_.top / all[i]->path};
            // Without conversions, a checkout here is the blob.
            const bool is_here = bytes_ == Bytes::of_work_tree &&
                                 fs::is_regular_file(fs::symlink_status(file.content));
            if (!is_here && !file.sealed)
                continue;
            if (!is_here)
                away.push_back(candidates.size());
            candidates.push_back(std::move(file));
        }
        std::vector<std::string> paths;
        for (const auto i : away)
            paths.push_back(candidates[i].path);
        const auto checked_out = paths.empty() ? fs::path() : check_out(paths);
        for (const auto i : away)
            candidates[i].content = checked_out / candidates[i].path;
        keep(candidates, Conversion::none, Equal::no);
        for (auto& file : candidates)
            found_.files.push_back(std::move(file));
    }

    // Files of the commit as a checkout here would make them, in a folder that exists as long as
    // the result.
    fs::path check_out(const std::vector<std::string>& paths) {
        found_.made.push_back(std::make_shared<base::TemporaryFolder>());
        auto folder = found_.made.back()->path() / "files";
        std::string list;
        for (const auto& path : paths)
            list += path + '\0';
        ask_git_apart(runner_, repository_, index(),
                      {"checkout-index", "--prefix=" + folder.string() + "/", "-z", "--stdin"},
                      list);
        return folder;
    }

    // Files whose size differs from the blob's, and files of the same size that a checkout would
    // convert: too many to be anything but Git's conversions.
    std::vector<const TreeFile*> suspects(const Asked& asked) {
        std::vector<const TreeFile*> found;
        std::vector<const TreeFile*> same;
        for (const auto& file : files_) {
            std::error_code error;
            const auto full = repository_.top / file.path;
            if (!fs::is_regular_file(fs::symlink_status(full, error)))
                continue;
            const auto size = fs::file_size(full, error);
            if (!error)
                (size == file.size ? same : found).push_back(&file);
        }
        if (found_.settings.find("crlf = true") != std::string::npos ||
            found_.settings.find("= crlf") != std::string::npos)
            found.insert(found.end(), same.begin(), same.end());
        else if (asked.expansions)
            for (const auto& [attribute, value] : expanding()) {
                const auto values = values_of(same, attribute);
                for (std::size_t i = 0; i < same.size(); ++i)
                    if (value.empty() ? values[i] != "unspecified" : values[i] == value)
                        found.push_back(same[i]);
            }
        return found;
    }

    // Files whose line ends, encoding or `$Id$` here are not those of a checkout.
    void add_converted(const Asked& asked) {
        auto others = suspects(asked);
        std::sort(others.begin(), others.end()); // in the tree's order, each once
        others.erase(std::unique(others.begin(), others.end()), others.end());
        if (others.empty())
            return;
        const auto filters = values_of(others, "filter");
        std::vector<ConvertedFile> candidates;
        for (std::size_t i = 0; i < others.size(); ++i)
            if (!filters_.contains(filters[i]) && filters[i] != "lfs")
                candidates.push_back({.path = others[i]->path,
                                      .blob = others[i]->blob,
                                      .filter = {},
                                      .content = repository_.top / others[i]->path});
        // A file that git does not look at (skip-worktree) may be different here.
        keep(candidates, Conversion::as_git_does, Equal::yes);
        std::vector<std::string> paths;
        for (const auto& file : candidates)
            paths.push_back(file.path);
        const auto checked_out = paths.empty() ? fs::path() : check_out(paths);
        for (auto& file : candidates)
            if (base::read_file(checked_out / file.path) != base::read_file(file.content))
                found_.files.push_back(std::move(file));
    }

    enum class Conversion { as_git_does, none };
    enum class Equal { yes, no };

    // Those of `files` whose content, converted or not, is or is not their blob.
    void keep(std::vector<ConvertedFile>& files, Conversion conversion, Equal equal) {
        if (files.empty())
            return;
        std::string paths;
        for (const auto& file : files)
            paths +=
                on_one_line(conversion == Conversion::none ? file.content.string() : file.path) +
                "\n";
        std::vector<std::string> arguments = {"hash-object", "--stdin-paths"};
        if (conversion == Conversion::none)
            arguments.emplace_back("--no-filters");
        const auto hashes = base::lines(ask_git(runner_, repository_, arguments, paths));
        std::vector<ConvertedFile> kept;
        for (std::size_t i = 0; i < files.size() && i < hashes.size(); ++i)
            if ((hashes[i] == files[i].blob) == (equal == Equal::yes))
                kept.push_back(std::move(files[i]));
        files = std::move(kept);
    }

    // An index with the commit's tree.
    const fs::path& index() {
        if (index_.empty()) {
            index_ = folder_.path() / "index";
            ask_git_apart(runner_, repository_, index_, {"read-tree", commit_});
        }
        return index_;
    }

    base::Runner& runner_;
    const Repository& repository_;
    const std::string& commit_;
    Bytes bytes_;
    TrackedAttributes attributes_;
    base::TemporaryFolder folder_;
    fs::path index_;
    std::map<std::string, Driver> filters_;
    std::vector<TreeFile> files_;
    Conversions found_;
};

bool may_travel(const ConvertedFile& file, const std::vector<std::string>& named,
                const std::vector<std::string>& filters) {
    const auto has = [](const std::vector<std::string>& list, const std::string& item) {
        return std::find(list.begin(), list.end(), item) != list.end();
    };
    return !file.sealed || has(named, file.path) || has(filters, file.filter);
}

} // namespace

void refuse_sealed(const Repository& repository, const Conversions& conversions,
                   const std::vector<std::string>& named, const std::vector<std::string>& filters) {
    std::vector<std::string> sealed;
    const ConvertedFile* first = nullptr;
    for (const auto& file : conversions.files)
        if (!may_travel(file, named, filters)) {
            first = first == nullptr ? &file : first;
            sealed.push_back(fmt::format("{}  (filter `{}`)", file.path, file.filter));
        }
    if (first == nullptr)
        return;
    const auto here = repository.prefix.empty()
                          ? first->path
                          : fs::path(first->path).lexically_relative(repository.prefix).string();
    throw Error(Exit::not_ready, "a Git filter stores other bytes in Git than those here, and the "
                                 "job does not have the filter")
        .context(base::first_lines(sealed))
        .hint(
            fmt::format("if the cluster may have them as they are here: --include={}, or, for all "
                        "files of the filter, `filters = [\"{}\"]` under [run]",
                        base::quote(here), first->filter));
}

std::string attributes_of(const Conversions& conversions) {
    auto text = conversions.attributes;
    if (!text.empty() && !text.ends_with('\n'))
        text += '\n';
    for (const auto& file : conversions.files)
        text += fmt::format("{} filter={} -text -ident !working-tree-encoding\n",
                            pattern_of(file.path), file.sealed ? "rdvc-sealed" : "rdvc");
    return text;
}

Conversions find_conversions(base::Runner& runner, const Repository& repository,
                             const std::string& commit, Bytes bytes, TrackedAttributes attributes) {
    return Search(runner, repository, commit, bytes, attributes).find();
}

} // namespace rdvc::project
