// `rdvc completion SHELL`, and `rdvc complete WORDS`, which its scripts call.

#include <fmt/core.h>

#include "base/text.hpp"
#include "cli/described.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "completion/complete.hpp"
#include "completion/facts.hpp"
#include "completion/shells.hpp"
#include "project/dvc.hpp"
#include "remote/project.hpp"
#include "submission/help.hpp"
#include "submission/session_arguments.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;
using completion::Candidate;
using completion::Source;

namespace {

std::vector<cli::Described> to_described(const std::vector<submission::RunOption>& options) {
    std::vector<cli::Described> all;
    for (const auto& [name, metavar, help] : options)
        all.push_back({name, metavar, help});
    return all;
}

// What a command, or a group, has; nothing if there is no such command.
std::vector<cli::Described> described(world::World& world, Words words) {
    if (words.front() == "run")
        return to_described(submission::run_options());
    if (words.front() == "shell" || words.front() == "exec") {
        auto all = to_described(submission::session_options());
        all.insert(all.begin(), {"SUBMISSION", "", ""});
        return all;
    }
    if (words.front() == "retry") {
        auto all = to_described(submission::sbatch_options());
        all.insert(all.begin(), {{"SUBMISSION", "", ""},
                                 {"--failed", "", "of a sweep, only tasks that ran and failed"},
                                 {"--all", "", "of a sweep, all tasks without a result"},
                                 {"--exclude-nodes", "", "not on the nodes that have failed"},
                                 {"--cluster", "NAME", "use [clusters.NAME]"}});
        return all;
    }
    words.emplace_back(cli::describe_word);
    std::string text;
    const auto collect = [&text](std::string_view more) { text += more; };
    world::Console console(false, false, true, collect, [](std::string_view) {});
    world::World quiet{world.runner, console, world.folder, world.environment, world.program};
    try {
        dispatch(quiet, words);
    } catch (const Error&) {
        return {};
    }
    return cli::parse_described(text);
}

std::vector<Candidate> candidates_of(const std::vector<cli::Described>& all) {
    std::vector<Candidate> candidates;
    for (const auto& one : all)
        candidates.push_back({one.name, one.help});
    return candidates;
}

std::vector<Candidate> command_candidates() {
    std::vector<Candidate> candidates;
    for (const auto& command : commands())
        if (!command.summary.empty())
            candidates.push_back({std::string(command.name), std::string(command.summary)});
    return candidates;
}

// The nearest folder with `.dvc`, without git.
std::filesystem::path project_folder(const world::World& world) {
    return project::find_dvc_project(world.folder, world.folder.root_path()).value_or(world.folder);
}

std::vector<Candidate> from(const world::World& world, const completion::Expected& expected) {
    const auto folder = project_folder(world);
    const auto config = [&] {
        return remote::load_config(world, folder / ".rdvc" / "config.toml", "");
    };
    std::vector<Candidate> candidates;
    switch (expected.source) {
    case Source::fixed: return expected.fixed;
    case Source::settings: return completion::settings();
    case Source::parameters: return completion::parameters(folder);
    case Source::submissions:
        return completion::submissions(ledger::Ledger(world.state_folder()).read(),
                                       config().text("project.id"));
    case Source::instances:
        for (const auto& name : config().instances())
            candidates.push_back({name, ""});
        break;
    case Source::clusters:
        for (const auto& settings = config(); const auto& name : settings.clusters())
            candidates.push_back({name, ""});
        break;
    case Source::shells:
        for (const auto& shell : completion::shells())
            candidates.push_back({shell, ""});
        break;
    case Source::files:
    case Source::none: break;
    }
    return candidates;
}

} // namespace

Exit complete(world::World& world, const Words& given) {
    const auto words = given.empty() ? Words{""} : given;
    if (words.size() == 1) {
        world.console.data(completion::candidate_lines(command_candidates(), "", words.front()));
        return Exit::done;
    }
    Words command = {words.front()};
    auto options = described(world, command);
    const bool is_group = !options.empty() && options.front().metavar == group_part;
    if (is_group && words.size() == 2) {
        world.console.data(completion::candidate_lines(candidates_of(options), "", words.back()));
        return Exit::done;
    }
    if (is_group)
        options = described(world, {words[0], words[1]});
    const Words rest(words.begin() + (is_group ? 2 : 1), words.end());
    const auto expected = completion::expected_at_end(options, rest);
    if (expected.source == Source::files)
        world.console.data(":files\n");
    else
        try {
            world.console.data(
                completion::candidate_lines(from(world, expected), expected.before, rest.back()));
        } catch (const Error&) { // a configuration that is being edited has no candidates
            return Exit::failed;
        }
    return Exit::done;
}

Exit completion_script(world::World& world, const Words& words) {
    std::string shell;
    cli::Options options("completion",
                         "Prints the completion script of a shell: for bash, `source <(rdvc "
                         "completion bash)` in ~/.bashrc.");
    options.word("SHELL", shell, base::join(completion::shells(), ", "));
    if (!options.parse(words, world.console))
        return Exit::done;
    const auto script = completion::shell_script(shell);
    if (script.empty())
        throw Error(Exit::usage, shell.empty()
                                     ? "`rdvc completion` needs a shell"
                                     : fmt::format("no completion for `{}`{}", shell,
                                                   base::suggestion(shell, completion::shells())))
            .hint("one of: " + base::join(completion::shells(), ", "));
    world.console.data(script);
    return Exit::done;
}

} // namespace rdvc::commands
