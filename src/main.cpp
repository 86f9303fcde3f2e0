// argv -> exit code.

#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>

#include <unistd.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/interrupts.hpp"
#include "base/process.hpp"
#include "base/programs.hpp"
#include "commands/command.hpp"
#include "project/guarded_git.hpp"
#include "transport/relay.hpp"
#include "world/world.hpp"

int main(int argc, char** argv) {
    using namespace rdvc;
    if (argc > 1 && std::string_view(argv[1]) == transport::relay_verb)
        return transport::relay({argv + 2, argv + argc});
    const auto environment = [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
    };
    base::end_at_signals();
    // Objects of `git replace` here do not exist on the cluster.
    ::setenv("GIT_NO_REPLACE_OBJECTS", "1", 0);
    world::Console console(::isatty(1) == 1, ::isatty(2) == 1,
                           !environment("NO_COLOR").value_or("").empty());
    console.is_closed = world::standard_output_is_closed;
    base::ProcessRunner processes;
    world::TracingRunner tracing(processes, console);
    project::GuardedRunner runner(tracing);
    base::remove_abandoned_folders();
    try {
        world::World world{runner, console, std::filesystem::current_path(), environment,
                           base::find_program(argv[0], environment("PATH").value_or(""))};
        return static_cast<int>(commands::dispatch(world, {argv + 1, argv + argc}));
    } catch (const world::OutputClosed&) { // ends like any program whose reader has gone
        std::signal(SIGPIPE, SIG_DFL);
        std::raise(SIGPIPE);
        return static_cast<int>(base::Exit::failed);
    } catch (const base::Error& error) {
        console.error(error.message());
        return static_cast<int>(error.code());
    } catch (const std::filesystem::filesystem_error& error) {
        const auto path = error.path1().string();
        console.error(base::Error(base::Exit::failed, path.empty() ? error.what()
                                                                   : "cannot use `" + path + "`: " +
                                                                         error.code().message())
                          .message());
        return static_cast<int>(base::Exit::failed);
    } catch (const std::exception& error) {
        console.error(
            base::Error(base::Exit::bug, error.what())
                .hint("this is a bug in rdvc; please report it with the command that you typed")
                .message());
        return static_cast<int>(base::Exit::bug);
    }
}
