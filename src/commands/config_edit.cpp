// `rdvc config edit`: a file of settings in the user's editor.

#include <csignal>

#include <fmt/core.h>

#include "base/files.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "remote/project.hpp"
#include "wizard/settings_file.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

// Ctrl-C is for the editor, which has the terminal.
class WithoutInterrupts {
  public:
    WithoutInterrupts() : before_(std::signal(SIGINT, SIG_IGN)) {}
    ~WithoutInterrupts() { std::signal(SIGINT, before_); }
    WithoutInterrupts(const WithoutInterrupts&) = delete;
    WithoutInterrupts& operator=(const WithoutInterrupts&) = delete;
    WithoutInterrupts(WithoutInterrupts&&) = delete;
    WithoutInterrupts& operator=(WithoutInterrupts&&) = delete;

  private:
    void (*before_)(int);
};

// $VISUAL, else $EDITOR, else vi, as Git does: a shell command.
std::string editor_of(const world::World& world) {
    for (const auto* name : {"VISUAL", "EDITOR"})
        if (auto editor = world.variable(name); !editor.empty())
            return editor;
    return "vi";
}

void open_editor(world::World& world, const std::filesystem::path& file) {
    const auto editor = editor_of(world);
    const auto script = "(: </dev/tty) 2>/dev/null && exec </dev/tty; " + editor + " \"$@\"";
    const WithoutInterrupts until_it_ends;
    const auto result = world.runner.run({.argv = {"sh", "-c", script, editor, file.string()},
                                          .effect = base::Effect::changes,
                                          .terminal = base::Terminal::yes});
    if (result.status != 0)
        throw Error(Exit::failed, fmt::format("the editor `{}` failed", editor))
            .context("nothing was changed");
}

// Opens the editor until the text is good, or the user gives up.
void edit(world::World& world, wizard::SettingsFile& file) {
    const base::TemporaryFolder folder;
    const auto copy = folder.path() / file.path().filename();
    base::write_file(copy, file.text());
    for (;;) {
        open_editor(world, copy);
        try {
            return file.replace(base::read_file(copy).value_or(""));
        } catch (const Error& error) {
            world.console.error(error.message());
        }
        if (world.ask("Edit again? (yes or no)", "yes").starts_with("n"))
            throw Error(Exit::configuration, "your changes are dropped");
    }
}

} // namespace

Exit config_edit(world::World& world, const Words& words) {
    bool global = false;
    cli::Options options("config edit", "Opens this project's settings, or your own, in $EDITOR.");
    options.flag("--global", global, "~/.config/rdvc/config.toml");
    if (!options.parse(words, world.console))
        return Exit::done;
    auto file = global ? wizard::user_settings(world)
                       : wizard::project_settings(remote::settings_file(world));
    edit(world, file);
    world.console.note((file.save() ? "wrote " : "nothing to change in ") + file.path().string());
    return Exit::done;
}

} // namespace rdvc::commands
