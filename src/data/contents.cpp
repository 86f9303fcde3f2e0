#include "data/contents.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <exception>
#include <set>

#include <sys/stat.h>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/md5.hpp"
#include "base/platform.hpp"
#include "base/text.hpp"
#include "project/dvc_files.hpp"

namespace rdvc::data {

namespace fs = std::filesystem;

namespace {

template <typename Number>
bool read_number(std::string_view& line, Number& number) {
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
    if (error != std::errc() || end == line.data() + line.size())
        return false;
    line.remove_prefix(static_cast<std::size_t>(end - line.data()) + 1);
    return true;
}

// The object of the cache that `file` is: by a link, or by an inode shared with a read-only object,
// which DVC also considers unchanged.
bool is_object(const fs::path& file, const fs::path& object) {
    struct stat of_file {};
    struct stat of_object {};
    constexpr mode_t permissions = 0777;
    constexpr mode_t read_only = 0444;
    return ::stat(file.c_str(), &of_file) == 0 && ::stat(object.c_str(), &of_object) == 0 &&
           of_file.st_ino == of_object.st_ino && of_file.st_dev == of_object.st_dev &&
           (of_object.st_mode & permissions) == read_only;
}

bool is_unchanged(Contents& contents, const fs::path& cache, const fs::path& file,
                  const std::string& hash, bool legacy) {
    return is_object(file, cache / object_name(hash, legacy)) ||
           contents.hash(file, legacy) == hash;
}

// A project may name files that DVC ignores.
bool has_ignore_rules(const fs::path& top, const std::string& folder) {
    fs::path at = top;
    bool any = project::has_ignore_rules(at / ".dvcignore");
    for (const auto& part : fs::path(folder))
        any = any || project::has_ignore_rules((at /= part) / ".dvcignore");
    if (!any)
        for (const auto& entry : fs::recursive_directory_iterator(top / folder))
            any = any || entry.path().filename() == ".dvcignore";
    return any;
}

// The paths in a folder that .dvcignore rules match. Git reads the same grammar.
std::set<std::string> ignored_in(base::Runner& runner, const project::Repository& repository,
                                 const std::string& folder) {
    if (!has_ignore_rules(repository.top, folder))
        return {};
    std::set<std::string> ignored;
    for (const auto* kind : {"--others", "--cached"})
        for (const auto& path : base::split(
                 project::ask_git(runner, repository,
                                  {"--literal-pathspecs", "ls-files", "-z", "--ignored", kind,
                                   "--exclude-per-directory=.dvcignore", "--", folder}),
                 '\0'))
            ignored.insert(path);
    return ignored;
}

// The files of a folder, as paths in it, without those that DVC ignores.
std::vector<std::string> files_of(base::Runner& runner, const project::Repository& repository,
                                  const std::string& folder) {
    const auto ignored = ignored_in(runner, repository, folder);
    const auto root = repository.top / folder;
    std::vector<std::string> files;
    fs::recursive_directory_iterator at(root); // like DVC, it follows no link to a folder
    for (; at != fs::recursive_directory_iterator(); ++at) {
        const auto name = at->path().filename();
        if (name == ".git" || (name == ".hg" && at->is_directory())) {
            at.disable_recursion_pending();
            continue;
        }
        const auto file = at->path().lexically_relative(root).generic_string();
        if (!at->is_directory() && !ignored.contains(fmt::format("{}/{}", folder, file)))
            files.push_back(file);
    }
    return files;
}

} // namespace

Contents::Contents(fs::path memory) : memory_(std::move(memory)) {}

Contents::~Contents() {
    if (!changed_)
        return;
    try {
        save();
    } catch (const std::exception&) { // the next time is only slower
        return;
    }
}

// Records of "size time inode hash kind:path", each ended by a NUL. Damaged ones are skipped.
void Contents::load() {
    loaded_ = true;
    std::error_code ignored;
    if (!fs::is_regular_file(memory_, ignored))
        return;
    const auto text = base::read_file(memory_).value_or("");
    for (std::size_t at = 0, end = 0; (end = text.find('\0', at)) != std::string::npos;
         at = end + 1) {
        auto line = std::string_view(text).substr(at, end - at);
        Known known;
        if (!read_number(line, known.size) || !read_number(line, known.time) ||
            !read_number(line, known.inode) || !base::is_md5(line.substr(0, base::md5_digits)))
            continue;
        known.hash = std::string(line.substr(0, base::md5_digits));
        line.remove_prefix(base::md5_digits);
        if (line.starts_with(" 2:/") || line.starts_with(" 3:/"))
            known_[std::string(line.substr(1))] = std::move(known);
    }
}

void Contents::save() const {
    std::string text;
    for (const auto& [path, known] : known_) {
        std::error_code ignored;
        if (known.hash.empty() || !fs::exists(path.substr(2), ignored)) // without `2:` or `3:`
            continue;
        text +=
            fmt::format("{} {} {} {} {}", known.size, known.time, known.inode, known.hash, path);
        text += '\0';
    }
    base::write_file(memory_, text);
}

std::string Contents::hash(const fs::path& file, bool legacy) {
    if (!loaded_)
        load();
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0)
        return "";
    const auto size = static_cast<std::uint64_t>(status.st_size);
    auto& known = known_[(legacy ? "2:" : "3:") + file.string()];
    if (!known.hash.empty() && known.size == size &&
        known.time == base::modification_time(status) && known.inode == status.st_ino)
        return known.hash;
    known = {size, base::modification_time(status), status.st_ino,
             legacy ? base::md5_of_file_dos2unix(file) : base::md5_of_file(file)};
    // A file that was changed within the clock's resolution may change again without a trace.
    const auto now = std::time(nullptr);
    if (now - base::modification_time(status) / 1'000'000'000 <= 2)
        known.inode = 0;
    changed_ = true;
    return known.hash;
}

namespace {

Comparison compare_in_place(base::Runner& runner, const project::Repository& repository,
                            Contents& contents, const fs::path& cache, const Output& output) {
    const auto path = repository.top / output.path;
    Comparison comparison;
    comparison.is_there = fs::exists(path);
    if (!comparison.is_there)
        return comparison;
    if (!output.is_folder()) {
        comparison.as_recorded = !fs::is_directory(path) &&
                                 is_unchanged(contents, cache, path, output.hash, output.legacy);
        return comparison;
    }
    if (!fs::is_directory(path))
        return comparison;
    const auto object =
        base::read_file(cache / object_name(output.hash, output.legacy)).value_or("");
    const auto parsed = parse_listing(object); // also nothing if it is damaged
    const auto recorded = parsed.value_or(Listing{});
    for (const auto& file : files_of(runner, repository, output.path)) {
        const auto known = recorded.find(file);
        const bool same = known != recorded.end() &&
                          is_object(path / file, cache / object_name(known->second, output.legacy));
        comparison.listing[file] = same ? known->second : contents.hash(path / file, output.legacy);
    }
    comparison.as_recorded =
        parsed ? comparison.listing == recorded
               : base::md5(render_listing(comparison.listing)) + ".dir" == output.hash;
    return comparison;
}

} // namespace

Comparison compare(base::Runner& runner, const project::Repository& repository, Contents& contents,
                   const fs::path& cache, const Output& output) {
    try {
        return compare_in_place(runner, repository, contents, cache, output);
    } catch (const fs::filesystem_error& error) {
        throw base::Error(base::Exit::failed,
                          fmt::format("cannot read `{}`: {}", output.path, error.code().message()));
    }
}

} // namespace rdvc::data
