// `rdvc new`: a project that is ready to experiment with.

#include <fmt/core.h>

#include "base/quote.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "remote/project.hpp"
#include "templates/create.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

struct Answers {
    std::string name;
    std::string kind = "python";
    std::string from;
    std::string formatter;
    std::vector<std::string> data;
    bool no_lock = false;
    bool as_template = false;
};

void add_options(cli::Options& options, Answers& answers) {
    std::vector<std::string> kinds;
    std::vector<std::string> names;
    for (const auto& kind : templates::kinds()) {
        kinds.push_back(fmt::format("{} ({})", kind.name, kind.summary));
        names.emplace_back(kind.name);
    }
    options.word("NAME", answers.name, "the project's name; its folder is made here")
        .text("--template", answers.kind, base::join(kinds, " or ") + "; default: python",
              base::join(names, "|"))
        .text("--formatter", answers.formatter, "what formats Python; default: black", "black|ruff")
        .text("--from", answers.from,
              "another template: a folder or a Git repository, Copier's or as rdvc's own", "SOURCE")
        .texts("--data", answers.data, "value of one of the template's variables", "VARIABLE=VALUE")
        .flag("--no-lock", answers.no_lock, "do not call `uv lock`, which needs the package index")
        .flag("--as-template", answers.as_template,
              "write the template itself, to make your own of it");
}

templates::Variables parse_data(const Answers& answers) {
    templates::Variables data;
    for (const auto& word : answers.data) {
        const auto at = word.find('=');
        if (at == 0 || at == std::string::npos)
            throw Error(Exit::usage, fmt::format("--data: `{}` is not VARIABLE=VALUE", word));
        data[word.substr(0, at)] = word.substr(at + 1);
    }
    if (!answers.formatter.empty())
        data["formatter"] = answers.formatter;
    return data;
}

// Options that contradict each other, or have no meaning together.
void check(const cli::Options& options, const Answers& answers) {
    if (answers.name.empty())
        throw Error(Exit::usage, "`rdvc new` needs the project's name").hint("rdvc new my-project");
    if (!answers.from.empty() && options.given("--template"))
        throw Error(Exit::usage, "--from and --template cannot be given together");
    if (!answers.formatter.empty() && answers.formatter != "black" && answers.formatter != "ruff")
        throw Error(Exit::usage,
                    fmt::format("--formatter: `{}` is neither black nor ruff", answers.formatter));
    if (!answers.formatter.empty() && answers.from.empty() && answers.kind != "python")
        throw Error(Exit::usage, "--formatter is for Python projects");
    if (answers.as_template && (!answers.from.empty() || !answers.data.empty()))
        throw Error(Exit::usage, "--as-template writes one of rdvc's own templates, as it is");
}

void tell_next(world::World& world, const Answers& answers, bool lacks_lock) {
    const bool has_host = !remote::open_user_config(world, "").text("cluster.host").empty();
    if (lacks_lock)
        world.console.note("the versions of packages are not pinned yet: `uv lock` in the project "
                           "writes uv.lock, to be committed");
    const auto folder = base::quote(answers.name);
    world.console.note(
        fmt::format("next:  cd {}    {}", folder, has_host ? "rdvc run" : "rdvc init global"));
}

} // namespace

Exit new_project(world::World& world, const Words& words) {
    Answers answers;
    cli::Options options("new", "Makes a Git repository that is ready for experiments.");
    add_options(options, answers);
    if (!options.parse(words, world.console))
        return Exit::done;
    check(options, answers);
    const auto folder = (world.folder / answers.name).lexically_normal();
    if (answers.as_template) {
        templates::write_files(folder, templates::built_in(answers.kind));
        world.console.note(fmt::format("wrote the template to {}; next:  rdvc new NAME --from {}",
                                       answers.name, base::quote(answers.name)));
        return Exit::done;
    }
    const auto created = templates::create_project(
        world, {folder, answers.kind, answers.from, parse_data(answers), !answers.no_lock});
    world.console.note(fmt::format("made {}: {}, committed to a new Git repository", answers.name,
                                   base::count(created.files, "file")));
    tell_next(world, answers, created.lacks_lock);
    return Exit::done;
}

} // namespace rdvc::commands
