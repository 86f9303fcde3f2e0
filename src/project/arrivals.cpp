#include "project/arrivals.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <system_error>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "project/guarded_names.hpp"

namespace rdvc::project {

using base::Error;
using base::Exit;
namespace fs = std::filesystem;

namespace {

// True if `path` is one of the declared folders or files, or in one. Byte for byte: it does not
// matter where another spelling leads.
bool is_within(const std::vector<std::string>& declared, const fs::path& path) {
    return std::any_of(declared.begin(), declared.end(), [&](const fs::path& folder) {
        return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
               folder.end();
    });
}

// True if a declared folder is `path` or is in it: the user has typed each part of that name.
bool is_named_by(const std::vector<std::string>& declared, const fs::path& path) {
    return std::any_of(declared.begin(), declared.end(), [&](const std::string& folder) {
        return is_within({path.string()}, folder);
    });
}

Error refusal(const fs::path& path, const std::string& why) {
    return Error(Exit::failed, fmt::format("the cluster sent `{}`, {}; nothing was changed here",
                                           base::printable(path.string()), why));
}

bool same_content(const fs::path& one, const fs::path& other) {
    if (fs::file_size(one) != fs::file_size(other))
        return false;
    std::ifstream a(one, std::ios::binary);
    std::ifstream b(other, std::ios::binary);
    std::array<char, 65536> of_a{};
    std::array<char, 65536> of_b{};
    while (a && b) {
        a.read(of_a.data(), of_a.size());
        b.read(of_b.data(), of_b.size());
        if (a.gcount() != b.gcount() ||
            !std::equal(of_a.begin(), of_a.begin() + a.gcount(), of_b.begin()))
            return false;
    }
    return a.eof() && b.eof();
}

bool is_same(const fs::path& arrival, const fs::path& local) {
    const bool is_link = fs::is_symlink(fs::symlink_status(arrival));
    if (is_link != fs::is_symlink(fs::symlink_status(local)))
        return false;
    return is_link ? fs::read_symlink(arrival) == fs::read_symlink(local)
                   : fs::is_regular_file(local) && same_content(arrival, local);
}

// A sentence about what is in the way of a file at `path`; "" if nothing is.
std::string obstacle(const fs::path& top, const fs::path& path) {
    fs::path at;
    for (const auto& part : path.parent_path()) {
        at /= part;
        const auto status = fs::symlink_status(top / at);
        if (fs::is_symlink(status))
            return fmt::format("{}: {} is a symbolic link here", path.string(), at.string());
        if (fs::exists(status) && !fs::is_directory(status))
            return fmt::format("{}: {} is not a folder here", path.string(), at.string());
    }
    if (fs::is_directory(fs::symlink_status(top / path)))
        return fmt::format("{} is a folder here", path.string());
    return "";
}

void move(const fs::path& from, const fs::path& to) {
    fs::create_directories(to.parent_path());
    std::error_code failure;
    fs::rename(from, to, failure);
    if (failure == std::errc::cross_device_link) { // .git may be on another file system
        const fs::path beside = to.string() + ".rdvc-new";
        fs::remove(beside);
        fs::copy(from, beside, fs::copy_options::copy_symlinks);
        fs::rename(beside, to);
        fs::remove(from);
    } else if (failure) {
        throw Error(Exit::failed, fmt::format("cannot write {}", to.string()))
            .context(failure.message());
    }
}

} // namespace

bool stays_inside(const fs::path& path, const fs::path& target) {
    if (target.empty() || target.is_absolute())
        return false;
    auto depth = std::distance(path.begin(), path.end()) - 1;
    bool down = false;
    for (const auto& part : target) {
        if (is_guarded_name(part.string()))
            return false;
        // `..` counts from the link's own folder; after another name, which may itself be a link,
        // it could lead anywhere.
        if (part == ".." && (down || --depth < 0))
            return false;
        down = down || (part != ".." && part != ".");
    }
    return true;
}

std::size_t leave_out_links_outside(const fs::path& folder) {
    std::vector<fs::path> outside;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (fs::is_symlink(entry.symlink_status()) &&
            !stays_inside(entry.path().lexically_relative(folder), fs::read_symlink(entry.path())))
            outside.push_back(entry.path());
    for (const auto& path : outside)
        fs::remove(path);
    return outside.size();
}

std::vector<fs::path> leave_out_guarded(const fs::path& folder,
                                        const std::vector<std::string>& declared) {
    std::vector<fs::path> left;
    for (fs::recursive_directory_iterator entry(folder), end; entry != end; ++entry) {
        const auto path = entry->path().lexically_relative(folder);
        const auto name = path.filename().string();
        if (!is_guarded_name(name) || is_git_folder(name) || is_named_by(declared, path))
            continue;
        left.push_back(path);
        if (entry->is_directory() && !entry->is_symlink())
            entry.disable_recursion_pending();
    }
    for (const auto& path : left)
        base::remove_tree(folder / path);
    std::sort(left.begin(), left.end());
    return left;
}

std::vector<fs::path> arrivals_outside(const fs::path& folder,
                                       const std::vector<std::string>& declared) {
    auto arrivals = arrivals_in(folder);
    std::erase_if(arrivals, [&](const fs::path& path) { return is_within(declared, path); });
    return arrivals;
}

std::vector<fs::path> arrivals_in(const fs::path& folder) {
    std::vector<fs::path> arrivals;
    std::map<fs::path, std::set<std::string>> names_in;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const auto path = entry.path().lexically_relative(folder);
        const auto name = path.filename().string();
        if (is_git_folder(name))
            throw refusal(path, "which is Git's own");
        auto& beside = names_in[path.parent_path()];
        beside.insert(folded_name(name));
        // Calling git in such a folder obeys its configuration.
        if (beside.contains("head") && (beside.contains("commondir") ||
                                        (beside.contains("objects") && beside.contains("refs"))))
            throw refusal(path.parent_path() / "", "which Git takes for a repository");
        const auto status = entry.symlink_status();
        if (fs::is_directory(status))
            continue;
        if (fs::is_symlink(status) && !stays_inside(path, fs::read_symlink(entry.path())))
            throw refusal(path, "a link that leads out of the work tree, or to a file that is not "
                                "part of the output");
        if (!fs::is_symlink(status) && !fs::is_regular_file(status))
            throw refusal(path, "which is neither a file nor a link");
        arrivals.push_back(path);
    }
    std::sort(arrivals.begin(), arrivals.end());
    return arrivals;
}

Placed put_into_place(const fs::path& folder, const fs::path& top, Replace replace) {
    std::vector<fs::path> wanted;
    std::vector<std::string> obstacles;
    std::vector<std::string> others;
    Placed placed;
    for (const auto& path : arrivals_in(folder)) {
        if (auto reason = obstacle(top, path); !reason.empty()) {
            obstacles.push_back(std::move(reason));
        } else if (!fs::exists(fs::symlink_status(top / path))) {
            wanted.push_back(path);
        } else if (is_same(folder / path, top / path)) {
            ++placed.same;
        } else {
            others.push_back(path.string());
            wanted.push_back(path);
        }
    }
    if (!obstacles.empty())
        throw Error(Exit::failed,
                    "the output cannot be added to the work tree; nothing was changed")
            .context(base::first_lines(obstacles));
    if (!others.empty() && replace == Replace::no)
        throw Error(Exit::failed,
                    fmt::format("{} here with different content; nothing was changed",
                                others.size() == 1 ? std::string("a file is")
                                                   : fmt::format("{} files are", others.size())))
            .context(base::first_lines(others))
            .hint("`rdvc pull --force` replaces what is here");
    for (const auto& path : wanted)
        move(folder / path, top / path);
    placed.written = wanted.size();
    return placed;
}

} // namespace rdvc::project
