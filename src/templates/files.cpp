#include "templates/files.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

namespace rdvc::templates {

namespace fs = std::filesystem;
using base::Error;
using base::Exit;

namespace {

using Table = std::map<std::string_view, std::string_view>;

// Paths from templates/, and contents.
const Table& embedded() {
    static const Table table = {
#include "embedded_templates.inc"
    };
    return table;
}

Error not_a_template(const fs::path& path, const std::string& reason) {
    return Error(Exit::not_ready, fmt::format("`{}` {}", path.string(), reason))
        .hint("a template consists of ordinary files");
}

// The content of a file of a template. `path`: where it is, for messages.
std::string content_of(const fs::directory_entry& entry) {
    constexpr std::uintmax_t most = 10'000'000; // bytes
    if (!entry.is_regular_file())
        throw not_a_template(entry.path(), "is a special file");
    if (entry.file_size() > most)
        throw not_a_template(entry.path(), fmt::format("is too large for a template ({})",
                                                       base::bytes(entry.file_size())));
    return base::read_file(entry.path()).value_or("");
}

} // namespace

const std::vector<Kind>& kinds() {
    static const std::vector<Kind> table = {
        {"python", "stages in Python, with uv, Ruff, Black, Mypy and pytest"},
        {"cpp", "stages in C++, with CMake, GoogleTest, clang-format and clang-tidy"},
    };
    return table;
}

Files built_in(std::string_view name) {
    std::vector<std::string> names;
    for (const auto& kind : kinds())
        names.emplace_back(kind.name);
    if (std::find(names.begin(), names.end(), name) == names.end())
        throw Error(Exit::usage,
                    fmt::format("there is no template `{}`{}", name, base::suggestion(name, names)))
            .hint("--template " + base::join(names, ", --template ") +
                  ", or --from a folder or Git repository");
    Files files;
    for (const auto& folder : {std::string("common/"), std::string(name) + "/"})
        for (const auto& [path, content] : embedded())
            if (path.starts_with(folder))
                files.push_back({std::string(path.substr(folder.size())), std::string(content)});
    return files;
}

Files read_folder(const fs::path& folder) {
    if (!fs::is_directory(folder))
        throw Error(Exit::not_ready, fmt::format("there is no folder `{}`", folder.string()));
    Files files;
    auto entry = fs::recursive_directory_iterator(folder);
    for (; entry != fs::recursive_directory_iterator(); ++entry) {
        const auto& path = entry->path();
        if (entry->is_symlink())
            throw not_a_template(path, "is a symbolic link");
        if (base::lower(path.filename().string()) == ".git") {
            if (entry.depth() > 0)
                throw not_a_template(path, "belongs to another Git repository");
            entry.disable_recursion_pending();
        } else if (!entry->is_directory()) {
            files.push_back({path.lexically_relative(folder).generic_string(), content_of(*entry)});
        }
    }
    std::sort(files.begin(), files.end(),
              [](const File& a, const File& b) { return a.path < b.path; });
    return files;
}

void write_files(const fs::path& folder, const Files& files) {
    constexpr auto program = fs::perms(0755);
    constexpr auto plain = fs::perms(0644);
    for (const auto& file : files) {
        const auto path = folder / file.path;
        if (fs::exists(fs::symlink_status(path)))
            throw Error(Exit::failed, fmt::format("`{}` exists already", path.string()));
        fs::create_directories(path.parent_path());
        base::write_file(path, file.content, base::Synced::no);
        fs::permissions(path, file.is_program() ? program : plain);
    }
}

bool is_for_copier(const Files& files) {
    return std::any_of(files.begin(), files.end(), [](const File& file) {
        return file.path == "copier.yml" || file.path == "copier.yaml";
    });
}

} // namespace rdvc::templates
