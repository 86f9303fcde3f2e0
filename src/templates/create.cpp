#include "templates/create.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/programs.hpp"
#include "base/text.hpp"
#include "config/edit.hpp"
#include "config/toml.hpp"
#include "project/dvc.hpp"
#include "project/failure.hpp"
#include "project/git.hpp"
#include "submission/token.hpp"
#include "templates/names.hpp"
#include "templates/source.hpp"

namespace rdvc::templates {

namespace fs = std::filesystem;
using base::Error;
using base::Exit;

namespace {

// The project until it is complete, beside its later place; removed if that fails.
class Draft {
  public:
    explicit Draft(const fs::path& place)
        : place_(place),
          draft_(place.parent_path() / fmt::format(".{}.{}", place.filename().string(),
                                                   submission::make_token().substr(0, 8))) {
        std::error_code failed;
        fs::create_directories(draft_, failed);
        if (failed)
            throw Error(Exit::failed,
                        fmt::format("cannot make `{}`: {}", place.string(), failed.message()));
    }
    ~Draft() {
        try {
            base::remove_tree(draft_);
        } catch (const std::exception&) { // it stays, under a name that nobody uses
        }
    }
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;
    Draft(Draft&&) = delete;
    Draft& operator=(Draft&&) = delete;

    [[nodiscard]] const fs::path& path() const { return draft_; }
    void finish() const { fs::rename(draft_, place_); }

  private:
    fs::path place_;
    fs::path draft_;
};

void check_place(const NewProject& wanted) {
    const auto name = wanted.folder.filename().string();
    const auto kind = wanted.from.empty() ? wanted.kind : "";
    if (const auto objection = objection_to(name, kind); !objection.empty())
        throw Error(Exit::usage, fmt::format("`{}` cannot be the name of a project: it {}",
                                             base::printable(name), objection));
    const auto parent = wanted.folder.parent_path();
    if (!parent.empty() && !fs::is_directory(parent))
        throw Error(Exit::not_ready, fmt::format("there is no folder `{}`", parent.string()));
    if (fs::exists(fs::symlink_status(wanted.folder)) &&
        !(fs::is_directory(wanted.folder) && fs::is_empty(wanted.folder)))
        throw Error(Exit::not_ready, fmt::format("`{}` exists already", wanted.folder.string()))
            .hint("in a project that exists: rdvc init project");
}

std::string git(world::World& world, const fs::path& folder, std::vector<std::string> arguments) {
    // Hooks are programs, and a template may bring the folder that the user's settings name.
    arguments.insert(arguments.begin(), {"git", "-c", "core.hooksPath=/dev/null"});
    const auto result =
        world.runner.run({.argv = arguments, .effect = base::Effect::changes, .folder = folder});
    if (result.status != 0)
        throw Error(Exit::failed, "git could not make the repository").context(result.err);
    return result.out;
}

// Who commits, as Git knows.
project::Identity author(world::World& world, const fs::path& folder) {
    project::Repository nowhere;
    nowhere.top = folder;
    auto who = project::identity(world.runner, nowhere);
    if (who.name.empty() || who.email.empty())
        throw Error(Exit::not_ready, "git does not know who commits")
            .hint("git config --global user.name \"Your Name\"; "
                  "git config --global user.email you@example.org");
    return who;
}

Variables variables_of(const NewProject& wanted, const project::Identity& who) {
    const auto name = wanted.folder.filename().string();
    Variables variables = {{"name", name},
                           {"project_name", name}, // as most of Copier's templates call it
                           {"package", identifier(name)},
                           {"author", who.name},
                           {"formatter", "black"}};
    for (const auto& [key, value] : wanted.data)
        variables[key] = value;
    return variables;
}

// The files that every project needs, as `dvc init` and `rdvc init project` write them.
Files needed(const fs::path& folder, const std::string& name) {
    const auto settings = fs::path(".rdvc") / "config.toml";
    auto text = base::read_file(folder / settings)
                    .value_or("# rdvc's settings for this project; commit this file\n");
    const auto set = [&](const char* key, const std::string& value) {
        text = config::set_value(text, {"project", key}, config::toml_string(value),
                                 settings.string());
    };
    set("id", submission::make_token());
    set("name", name);
    Files files = {{settings.generic_string(), text}};
    if (!fs::exists(folder / ".dvc"))
        for (const auto& [path, content] : project::initial_dvc_files())
            files.push_back({path, content});
    return files;
}

void add_needed(const fs::path& folder, const std::string& name) {
    for (const auto& file : needed(folder, name)) {
        fs::remove(folder / file.path);
        write_files(folder, {file});
    }
}

// Pins the versions of all packages. Without uv, or without the package index, the project is
// complete but for that.
void lock(world::World& world, const fs::path& folder) {
    if (!base::find_program("uv", world.variable("PATH")).is_absolute()) {
        world.console.note("uv is not installed here");
        return;
    }
    world.console.note("uv lock: finding the versions of all packages");
    const auto result = world.runner.run(
        {.argv = {"uv", "lock", "--quiet"}, .effect = base::Effect::changes, .folder = folder});
    if (result.status != 0)
        world.console.warn("uv could not find the packages: " +
                           project::failure_in(base::lines(result.err)));
}

// Git does not track a repository inside of another one.
void warn_of_outer_repository(world::World& world, const fs::path& parent,
                              const std::string& name) {
    const auto outer = world.runner.run({.argv = {"git", "rev-parse", "--show-toplevel"},
                                         .effect = base::Effect::reads,
                                         .folder = parent});
    if (outer.status == 0)
        world.console.warn(
            fmt::format("the Git repository {} contains {}; move it elsewhere, or list it in that "
                        "repository's .gitignore",
                        base::trim(outer.out), name));
}

void commit(world::World& world, const fs::path& folder, const std::string& message) {
    git(world, folder, {"init", "--quiet"});
    git(world, folder, {"symbolic-ref", "HEAD", "refs/heads/main"});
    git(world, folder, {"add", "--all"});
    git(world, folder, {"commit", "--quiet", "--message", message});
}

} // namespace

Created create_project(world::World& world, const NewProject& wanted) {
    check_place(wanted);
    const auto name = wanted.folder.filename().string();
    const auto parent = fs::absolute(wanted.folder).parent_path();
    const auto variables = variables_of(wanted, author(world, parent));
    const Source source = find_source(world, wanted.kind, wanted.from);
    const Draft draft(fs::absolute(wanted.folder));
    Created created;
    if (source.is_for_copier) {
        call_copier(world, source, draft.path(), variables);
        created.by_copier = true;
    } else {
        write_files(draft.path(), render(source.files, variables));
    }
    add_needed(draft.path(), name);
    // `uv lock` may run a project's build backend, so it is not for somebody's own template.
    const auto has_lock = [&] { return fs::exists(draft.path() / "uv.lock"); };
    const bool is_python = fs::exists(draft.path() / "pyproject.toml");
    if (is_python && !has_lock() && wanted.locks && wanted.from.empty())
        lock(world, draft.path());
    created.lacks_lock = is_python && !has_lock();
    commit(world, draft.path(), "Start " + name);
    created.files = base::lines(git(world, draft.path(), {"ls-files"})).size();
    draft.finish();
    warn_of_outer_repository(world, parent, name);
    return created;
}

} // namespace rdvc::templates
