// `rdvc sandbox up|down|status|env`: a SLURM cluster on this machine, to try rdvc without one's
// own.

#include <algorithm>
#include <filesystem>

#include <fmt/core.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/files.hpp"
#include "base/programs.hpp"
#include "base/quote.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"
#include "config/settings.hpp"
#include "project/git.hpp"
#include "remote/cluster.hpp"
#include "remote/project.hpp"
#include "sandbox/packages.hpp"
#include "sandbox/place.hpp"

namespace rdvc::commands {

namespace fs = std::filesystem;
using base::Error;
using base::Exit;

namespace {

// Daemons are not on the PATH of an ordinary user.
fs::path find_here(const world::World& world, std::string_view program) {
    return base::find_program(std::string(program),
                              world.variable("PATH") + ":/usr/local/sbin:/usr/sbin:/sbin");
}

sandbox::Machine look_around(const world::World& world) {
    utsname system{};
    ::uname(&system);
    std::error_code unread;
    const fs::directory_iterator lists("/var/lib/apt/lists", unread);
    const auto is_list = [](const fs::directory_entry& entry) {
        return entry.path().filename().string().find("_Packages") != std::string::npos;
    };
    return {.system = static_cast<const char*>(system.sysname),
            .os_release = base::read_file("/etc/os-release").value_or(""),
            .is_root = ::geteuid() == 0,
            .has_systemd = fs::is_directory("/run/systemd/system"),
            .has_package_lists = unread || std::any_of(begin(lists), end(lists), is_list),
            .has_program = [&world](std::string_view program) {
                return find_here(world, program).is_absolute();
            }};
}

// What the script has said, for people.
std::vector<std::string> lines_of(const base::Result& result) {
    std::vector<std::string> lines;
    for (const auto& line : base::lines(base::trim(result.err)))
        lines.push_back(base::printable(line));
    return lines;
}

void note_lines(const world::Console& console, const base::Result& result) {
    for (const auto& line : lines_of(result))
        console.note(line);
}

// The script's error as ours.
Error error_of(const std::string& what, const base::Result& result) {
    constexpr std::string_view start = "error: ";
    constexpr std::string_view before_hint = "\nhint: ";
    auto text = base::join(lines_of(result), "\n");
    if (text.starts_with(start))
        text.erase(0, start.size());
    const auto at = text.find(before_hint);
    constexpr int wrong_usage = 2;
    Error error(result.status == wrong_usage ? Exit::usage : Exit::failed, what);
    error.context(text.substr(0, at));
    if (at != std::string::npos)
        error.hint(text.substr(at + before_hint.size()));
    return error;
}

base::Result call(world::World& world, const sandbox::Place& place, Words words) {
    words.insert(words.begin(), place.program().string());
    words.insert(words.end(), {"--dir", place.slurm().string()});
    return world.runner.run({.argv = std::move(words),
                             .effect = base::Effect::changes,
                             .environment = {{"RDVC_SANDBOX_CALLED", "rdvc sandbox"}}});
}

// What jobs may call and the cluster's PATH lacks: links to this laptop's programs. Returns the
// names of those that are there.
std::vector<std::string> lend_programs(const world::World& world, const sandbox::Place& place) {
    const auto folder = place.home() / ".local" / "bin";
    std::vector<std::string> lent;
    for (const auto* name : {"uv", "dvc"}) {
        const auto program = base::find_program(name, world.variable("PATH"));
        const auto link = folder / name;
        std::error_code ignored;
        if (fs::is_symlink(link))
            fs::remove(link, ignored); // of another time
        if (!program.is_absolute())
            continue;
        lent.emplace_back(name);
        if (fs::exists(fs::symlink_status(link)))
            continue; // the user's own
        fs::create_directories(folder);
        fs::create_symlink(program, link);
    }
    return lent;
}

// A job of a new Python project builds its environment with uv, or with what venv needs.
void note_programs(world::World& world, const sandbox::Machine& machine,
                   const std::vector<std::string>& lent) {
    if (!lent.empty()) {
        world.console.note("its jobs find this machine's " + base::join(lent, " and "));
        return;
    }
    const bool has_venv =
        machine.has_program("python3") &&
        world.runner.run({.argv = {"python3", "-c", "import ensurepip"}}).status == 0;
    if (!has_venv)
        world.console.warn("jobs of a Python project need uv, or Python's venv:  " +
                           sandbox::install_line(machine, {"python3-venv"}));
}

// Somebody who has defined a cluster of this name means that one.
void note_other_cluster(world::World& world) {
    const auto config = remote::load_config(world, {}, std::string(sandbox::name));
    if (!config.is_for_built_in())
        world.console.warn(fmt::format("{} defines [clusters.{}], so `--cluster {}` means that "
                                       "cluster and not this one",
                                       config.origin("cluster.host"), sandbox::name,
                                       sandbox::name));
}

// Git asks for it in each new project. Looks from a folder that is in no repository.
bool knows_who_commits(world::World& world, const sandbox::Place& place) {
    const project::Repository nowhere{.top = place.folder, .prefix = {}};
    const auto who = project::identity(world.runner, nowhere);
    return !who.name.empty() && !who.email.empty();
}

Exit up(world::World& world, const Words& words) {
    unsigned nodes = 0;
    unsigned cpus = 0;
    bool accounting = false;
    cli::Options options("sandbox up",
                         "Starts a SLURM cluster on this machine, to try rdvc without a cluster of "
                         "your own: munged, slurmctld, slurmd, and an sshd on a port that only "
                         "this machine can reach. It needs packages of Debian or Ubuntu, says "
                         "which are missing, and installs nothing.");
    options.number("--nodes", nodes, "compute nodes; two or more need root; default: 1")
        .number("--cpus", cpus, "CPUs that each node has; default: this machine's, at least 4")
        .flag("--accounting", accounting,
              "with slurmdbd, for sacct; needs the packages slurmdbd, slurm-wlm-mysql-plugin and "
              "mariadb-server-core");
    if (!options.parse(words, world.console))
        return Exit::done;
    const auto machine = look_around(world);
    sandbox::require(machine);
    const auto place = sandbox::place_of(world);
    sandbox::unpack(place);
    Words call_words = {"up"};
    if (nodes > 0)
        call_words.insert(call_words.end(), {"--nodes", fmt::format("{}", nodes)});
    if (cpus > 0)
        call_words.insert(call_words.end(), {"--cpus", fmt::format("{}", cpus)});
    if (accounting)
        call_words.emplace_back("--accounting");
    world.console.progress("starting munged, sshd, slurmctld and slurmd");
    const auto result = call(world, place, call_words);
    world.console.progress("");
    if (result.status != 0)
        throw error_of("the sandbox did not start", result);
    base::write_file(place.version(), world::version() + "\n", base::Synced::no);
    note_lines(world.console, result);
    note_programs(world, machine, lend_programs(world, place));
    note_other_cluster(world);
    world.console.data(fmt::format("next:\n"
                                   "{}"
                                   "  rdvc new hello\n"
                                   "  cd hello\n"
                                   "  rdvc run --cluster {}\n",
                                   knows_who_commits(world, place)
                                       ? ""
                                       : "  git config --global user.name \"Your Name\"\n"
                                         "  git config --global user.email you@example.org\n",
                                   sandbox::name));
    return Exit::done;
}

sandbox::Place existing_place(const world::World& world) {
    auto place = sandbox::place_of(world);
    if (!fs::exists(place.slurm()))
        throw Error(Exit::not_ready, "there is no sandbox").hint("rdvc sandbox up");
    sandbox::unpack(place); // it may be an older rdvc's
    return place;
}

// Throws Error if this laptop has submissions there, whose results nobody could bring any more.
void refuse_to_lose(world::World& world, const sandbox::Place& place) {
    std::vector<std::string> names;
    for (const auto& record : remote::open_ledger(world).read())
        if (record.cluster == sandbox::name &&
            fs::exists(place.home() / ".rdvc" / "submissions" / record.token))
            names.push_back(record.name);
    if (!names.empty())
        throw Error(Exit::failed,
                    fmt::format("the sandbox has {}; results that were not pulled would be lost",
                                base::count(names.size(), "submission")))
            .context(base::first_lines(names))
            .hint("`rdvc pull` in each project, then `rdvc sandbox down --purge --force`");
}

Exit down(world::World& world, const Words& words) {
    bool purge = false;
    bool force = false;
    cli::Options options("sandbox down", "Ends the sandbox and all of its jobs. Its home folder, "
                                         "with results and caches, stays for the next `up`.");
    options.flag("--purge", purge, "remove its home folder, too")
        .flag("--force", force, "with --purge: also if submissions are lost with it");
    if (!options.parse(words, world.console))
        return Exit::done;
    if (!fs::exists(sandbox::place_of(world).slurm())) {
        world.console.note("there is no sandbox");
        return Exit::done;
    }
    const auto place = existing_place(world);
    if (purge && !force)
        refuse_to_lose(world, place);
    Words call_words = {"down"};
    if (!purge)
        call_words.emplace_back("--keep-home");
    const auto result = call(world, place, call_words);
    if (result.status != 0)
        throw error_of("the sandbox did not end", result);
    if (purge)
        base::remove_tree(place.folder);
    note_lines(world.console, result);
    if (!purge)
        world.console.note("its home folder stays; next:  rdvc sandbox up    rdvc sandbox down "
                           "--purge");
    return Exit::done;
}

Exit show_status(world::World& world, const Words& words) {
    cli::Options options("sandbox status", "Shows what runs of the sandbox, and where it is.");
    if (!options.parse(words, world.console))
        return Exit::done;
    const auto result = call(world, existing_place(world), {"status"});
    world.console.data(result.out);
    note_lines(world.console, result);
    if (result.status != 0)
        world.console.note("next:  rdvc sandbox up");
    return result.status == 0 ? Exit::done : Exit::not_ready;
}

Exit print_env(world::World& world, const Words& words) {
    bool fish = false;
    cli::Options options("sandbox env",
                         "Prints what a shell needs for `squeue`, `sbatch`, `ssh sandbox` and rdvc "
                         "to mean the sandbox: eval \"$(rdvc sandbox env)\"");
    options.flag("--fish", fish, "for fish: rdvc sandbox env --fish | source");
    if (!options.parse(words, world.console))
        return Exit::done;
    const auto place = sandbox::place_of(world);
    if (sandbox::state_of(place) != sandbox::State::up)
        throw Error(Exit::not_ready, "the sandbox is down").hint("rdvc sandbox up");
    const auto slurm = place.slurm();
    const std::vector<std::pair<std::string, std::string>> variables = {
        {"SLURM_CONF", (slurm / "etc" / "login" / "slurm.conf").string()},
        {"RDVC_CLUSTER_DEFAULT", std::string(sandbox::name)},
    };
    std::string text;
    for (const auto& setting : config::settings()) // what describes another cluster
        if (const auto name = config::environment_variable(setting.key);
            config::describes_one_cluster(setting.key) && world.environment(name))
            text += fmt::format("{} {};\n", fish ? "set -e" : "unset", name);
    for (const auto& [name, value] : variables)
        text += fish ? fmt::format("set -gx {} {};\n", name, base::quote(value))
                     : fmt::format("{0}={1}; export {0};\n", name, base::quote(value));
    const auto bin = base::quote((slurm / "bin").string()); // its `ssh` knows the host `sandbox`
    text += fish ? fmt::format("set -gx PATH {} $PATH;\n", bin)
                 : fmt::format("PATH={}:\"$PATH\"; export PATH;\n", bin);
    world.console.data(text);
    return Exit::done;
}

} // namespace

Exit sandbox(world::World& world, const Words& words) {
    return dispatch_group(
        world, "sandbox",
        {{"up", "start it; says what is missing, and what to type next", up},
         {"status", "what runs, its jobs, where its files are", show_status},
         {"env", "for a shell in which squeue, sbatch and ssh mean it", print_env},
         {"down", "end it; --purge: and remove its folder", down}},
        words);
}

} // namespace rdvc::commands
