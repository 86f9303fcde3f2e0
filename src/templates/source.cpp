#include "templates/source.hpp"

#include <array>
#include <utility>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "project/failure.hpp"

namespace rdvc::templates {

namespace fs = std::filesystem;
using base::Error;
using base::Exit;

namespace {

// Copier's short forms of addresses.
std::string full_address(const std::string& from) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 2> forms = {
        {{"gh:", "https://github.com/"}, {"gl:", "https://gitlab.com/"}}};
    for (const auto& [short_form, start] : forms)
        if (from.starts_with(short_form))
            return std::string(start) + from.substr(short_form.size());
    return from;
}

Files clone(world::World& world, const std::string& address) {
    const base::TemporaryFolder place;
    const auto folder = place.path() / "template";
    const auto result = world.runner.run(
        {.argv = {"git", "clone", "--quiet", "--depth", "1", "--no-recurse-submodules", "--config",
                  "core.hooksPath=/dev/null", "--", address, folder.string()},
         .effect = base::Effect::changes});
    if (result.status != 0)
        throw Error(Exit::not_ready,
                    fmt::format("there is no template `{}`", base::printable(address)))
            .context("it is no folder here, and git says:\n" + result.err);
    return read_folder(folder);
}

std::vector<std::string> copier_arguments(const Source& source, const fs::path& folder,
                                          const Variables& answers) {
    std::vector<std::string> arguments = {"copier", "copy", "--quiet", "--defaults"};
    for (const auto& [key, value] : answers) {
        arguments.emplace_back("--data");
        arguments.push_back(fmt::format("{}={}", key, value));
    }
    arguments.insert(arguments.end(), {"--", source.place, folder.string()});
    return arguments;
}

} // namespace

Source find_source(world::World& world, const std::string& kind, const std::string& from) {
    if (from.empty())
        return {built_in(kind), "", false};
    const auto folder = world.folder / from;
    Source source;
    if (fs::exists(folder)) {
        source.place = fs::absolute(folder).lexically_normal().string();
        source.files = read_folder(folder);
    } else {
        source.place = full_address(from);
        source.files = clone(world, source.place);
    }
    source.is_for_copier = is_for_copier(source.files);
    return source;
}

void call_copier(world::World& world, const Source& source, const fs::path& folder,
                 const Variables& answers) {
    base::Result result;
    try {
        result = world.runner.run(
            {.argv = copier_arguments(source, folder, answers), .effect = base::Effect::changes});
    } catch (const Error&) {
        throw Error(Exit::not_ready, "the template is one of Copier's, which is not installed here")
            .hint("uv tool install copier, or pipx install copier");
    }
    if (result.status == 0)
        return;
    const bool asks_for_trust = result.err.find("--trust") != std::string::npos;
    throw Error(Exit::failed, "Copier could not render the template")
        .context(project::failure_in(base::lines(result.err)))
        .hint(asks_for_trust ? "the template runs programs of its own; if you trust it, call "
                               "`copier copy --trust`, then `rdvc init project` in the project"
                             : "answers are given as --data QUESTION=VALUE");
}

} // namespace rdvc::templates
