#include "remote/objects.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>

#include <fmt/core.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "data/cache.hpp"
#include "remote/rsync.hpp"
#include "remote/streams.hpp"
#include "submission/token.hpp"

namespace rdvc::remote {

namespace fs = std::filesystem;
using base::Error;
using base::Exit;

namespace {

constexpr auto incoming_folder = "rdvc-incoming";

// This laptop's name, made once at random, because host names are not unique.
std::string laptop_name(const fs::path& state) {
    const auto file = state / "laptop";
    auto name = base::trim(base::read_file(file).value_or(""));
    if (!submission::is_token(name)) {
        name = submission::make_token();
        base::write_file(file, name + "\n");
    }
    return name.substr(0, 12);
}

std::string labels(const std::vector<Object>& objects) {
    std::set<std::string> all;
    for (const auto& object : objects)
        all.insert(object.label);
    return base::first_lines({all.begin(), all.end()});
}

} // namespace

Transfer::Transfer(world::World& world, const config::Config& config, Cluster& cluster)
    : world_(world), cluster_(cluster), cache_(config.text("cluster.cache")),
      group_(config.flag("cluster.cache_group")), laptop_(laptop_name(world.state_folder())),
      transfer_(submission::make_token()) {}

script::Variables Transfer::variables(const std::string& action) const {
    script::Variables variables;
    variables.words = {
        {"action", action},  {"cache", cache_},       {"cache_group", group_ ? "1" : "0"},
        {"laptop", laptop_}, {"transfer", transfer_}, {"batch", "1"},
        {"list_size", "0"}};
    return variables;
}

Transfer::CacheState Transfer::ask(const std::vector<Object>& objects) {
    std::string list;
    for (const auto& object : objects)
        list += object.name + " " +
                (object.size ? fmt::format("{}", *object.size) : std::string("-")) + "\n";
    auto asked = variables("ask");
    asked.words["list_size"] = fmt::format("{}", list.size());
    CacheState answer;
    cluster_.ask(
        "objects", asked,
        [&](const transport::Frame& frame) {
            if (frame.verb == "lacks")
                answer.lacking.insert(frame.rest);
            else if (frame.verb == "cache")
                answer.cache = frame.rest;
            else if (frame.verb == "incoming")
                answer.incoming = frame.rest;
            else if (frame.verb == "rsync")
                answer.rsync = frame.rest;
            else if (frame.verb == "free")
                answer.free = std::strtoull(frame.rest.c_str(), nullptr, 10);
            else if (frame.verb == "size")
                answer.size = std::strtoull(frame.rest.c_str(), nullptr, 10);
            else if (frame.verb == "partial")
                answer.partial = std::strtoull(frame.rest.c_str(), nullptr, 10);
        },
        [](std::string_view) {}, {list});
    return answer;
}

// Asks the cluster to check what has arrived; returns the names of damaged objects.
std::set<std::string> Transfer::take() {
    std::set<std::string> damaged;
    cluster_.ask("objects", variables("take"), [&](const transport::Frame& frame) {
        if (frame.verb == "damaged")
            damaged.insert(frame.rest);
    });
    return damaged;
}

void Transfer::check_sources(const std::vector<Object>& objects,
                             const std::set<std::string>& damaged) {
    std::vector<Object> wrong;
    for (const auto& object : objects) {
        const auto name = data::parse_object_name(object.name);
        if (damaged.contains(object.name) && name && !data::has_content(object.source, *name))
            wrong.push_back(object);
    }
    if (wrong.empty())
        return;
    std::vector<std::string> lines;
    for (const auto& object : wrong)
        lines.push_back(object.label + "  (" + object.source.string() + ")");
    throw Error(Exit::not_ready, fmt::format("{} damaged in this laptop's DVC cache",
                                             wrong.size() == 1 ? "an object is" : "objects are"))
        .context(base::first_lines(lines))
        .hint("remove the file in brackets, then `dvc fetch` or `dvc commit` the output that it "
              "belongs to");
}

void Transfer::send(const std::vector<Object>& objects) {
    base::FileLock lock(world_.state_folder() / "transfer.lock");
    if (!lock.try_lock()) {
        world_.console.note("another rdvc is sending data; waiting for it");
        lock.lock();
    }
    auto answer = ask(objects);
    constexpr int tries = 2;
    for (int i = 0; !answer.lacking.empty(); ++i) {
        std::vector<Object> lacking;
        std::vector<Object> nowhere;
        std::uint64_t size = 0;
        std::set<std::string> seen;
        for (const auto& object : objects) {
            if (!answer.lacking.contains(object.name) || !seen.insert(object.name).second)
                continue;
            (object.source.empty() ? nowhere : lacking).push_back(object);
            if (!object.source.empty())
                size += fs::file_size(object.source);
        }
        if (!nowhere.empty())
            throw Error(Exit::not_ready,
                        "data that the run needs is neither here nor on the cluster")
                .context(labels(nowhere))
                .hint("bring it here with `dvc pull` or `dvc fetch`");
        const auto rest = size - std::min(size, answer.partial);
        if (answer.free > 0 && rest > answer.free)
            throw Error(
                Exit::not_ready,
                fmt::format("{} of data must be sent, but only {} are free in the cluster's cache",
                            base::bytes(rest), base::bytes(answer.free)))
                .context(answer.cache)
                .hint("make room there, or move the cache: cluster.cache in "
                      "~/.config/rdvc/config.toml");
        world_.console.note(fmt::format(
            "data: {} to send, {}{}", base::count(lacking.size(), "object"), base::bytes(size),
            answer.partial == 0
                ? ""
                : fmt::format("; {} of it is already there", base::bytes(answer.partial))));
        push(lacking, answer);
        answer.partial = 0;
        const auto damaged = take();
        check_sources(lacking, damaged);
        if (!damaged.empty() && i + 1 == tries)
            throw Error(Exit::failed, "data keeps arriving damaged on the cluster")
                .context(labels(lacking));
        answer.lacking = damaged;
    }
}

// rsync continues an interrupted transfer. Everything else goes as streams, which cost less for
// each object and are checked as they arrive.
void Transfer::push(const std::vector<Object>& objects, const CacheState& answer) {
    if (answer.partial > 0 && !answer.rsync.empty() && can_rsync(world_, cluster_))
        return push_by_rsync(objects, answer);
    std::vector<Outgoing> all;
    for (const auto& object : objects)
        all.push_back({object.name, object.source, fs::file_size(object.source)});
    send_streams(world_, cluster_, variables("receive"), all);
}

// Copies objects from this laptop's cache if they have the same names there. For others it makes a
// folder of links with these names.
void Transfer::push_by_rsync(const std::vector<Object>& objects, const CacheState& answer) {
    std::map<fs::path, Names> in_place;
    std::map<fs::path, std::uint64_t> sizes;
    std::vector<const Object*> elsewhere;
    for (const auto& object : objects) {
        const auto source = object.source.string();
        if (!source.ends_with("/" + object.name)) {
            elsewhere.push_back(&object);
            continue;
        }
        const auto root = source.substr(0, source.size() - object.name.size() - 1);
        in_place[root].push_back(object.name);
        sizes[root] += fs::file_size(object.source);
    }
    const base::TemporaryFolder links;
    for (const auto* object : elsewhere) {
        const auto link = links.path() / object->name;
        fs::create_directories(link.parent_path());
        fs::create_symlink(object->source, link);
        in_place[links.path()].push_back(object->name);
        sizes[links.path()] += fs::file_size(object->source);
    }
    for (const auto& [root, names] : in_place)
        copy(world_, cluster_,
             {Copy::Direction::to_cluster, root.string(), answer.incoming, names, sizes[root],
              answer.rsync});
}

std::vector<Object> Transfer::bring(const std::vector<Object>& objects, const fs::path& cache) {
    base::FileLock lock(world_.state_folder() / "transfer.lock");
    if (!lock.try_lock()) {
        world_.console.note("another rdvc is moving data; waiting for it");
        lock.lock();
    }
    std::vector<Object> wanted;
    std::set<std::string> seen;
    for (const auto& object : objects)
        if (!fs::exists(cache / object.name) && seen.insert(object.name).second)
            wanted.push_back(object);
    if (wanted.empty())
        return {};
    const auto answer = ask(wanted);
    std::vector<Object> lacking;
    Names names;
    for (const auto& object : wanted) {
        if (answer.lacking.contains(object.name))
            lacking.push_back(object);
        else
            names.push_back(object.name);
    }
    if (names.empty())
        return lacking;
    const auto incoming = cache / incoming_folder;
    fs::create_directories(incoming);
    data::leave_regular_files(incoming); // left by an earlier transfer
    world_.console.note(fmt::format("data: {} to bring, {}", base::count(names.size(), "object"),
                                    base::bytes(answer.size)));
    if (!answer.rsync.empty() && can_rsync(world_, cluster_))
        copy(world_, cluster_,
             {Copy::Direction::from_cluster, answer.cache, incoming.string(), names, answer.size,
              answer.rsync});
    else
        fetch_by_tar(names, incoming);
    data::leave_regular_files(incoming);
    std::vector<Object> damaged;
    for (const auto& object : wanted) {
        const auto file = incoming / object.name;
        const auto name = data::parse_object_name(object.name);
        if (!name || !fs::exists(file))
            continue;
        if (!data::has_content(file, *name)) {
            fs::remove(file);
            damaged.push_back(object);
            continue;
        }
        fs::permissions(file,
                        fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
        fs::create_directories((cache / object.name).parent_path());
        fs::rename(file, cache / object.name);
    }
    for (const auto& object : damaged)
        damaged_.push_back(object.label + "  (" + answer.cache + "/" + object.name + ")");
    base::remove_tree(incoming);
    return lacking;
}

void Transfer::refuse_damaged() const {
    if (damaged_.empty())
        return;
    DamagedData error(Exit::failed, "data is damaged in the cluster's cache, and was not accepted");
    error.context(base::first_lines(damaged_))
        .hint("remove the file in brackets there, then run again what makes it");
    throw error;
}

namespace {

// Runs tar in `folder`. Throws Error (failed) with tar's message.
void tar(world::World& world, const fs::path& folder, const std::vector<std::string>& arguments) {
    std::vector<std::string> argv = {"tar", "-C", folder.string()};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    const auto result = world.runner.run({.argv = argv, .effect = base::Effect::changes});
    if (result.status != 0)
        throw Error(Exit::failed, "tar failed on this machine").context(result.err);
}

} // namespace

void Transfer::fetch_by_tar(const Names& names, const fs::path& incoming) {
    constexpr std::size_t enough = 1000;
    const fs::path file = incoming.string() + ".tar"; // no object that arrives has this path
    for (std::size_t at = 0; at < names.size(); at += enough) {
        const auto end = std::min(names.size(), at + enough);
        std::string list;
        for (std::size_t i = at; i < end; ++i)
            list += names[i] + " -\n";
        auto asked = variables("pack");
        asked.words["list_size"] = fmt::format("{}", list.size());
        fs::remove(file);
        std::ofstream out(file, std::ios::binary | std::ios::trunc);
        cluster_.ask(
            "objects", asked, [](const transport::Frame&) {},
            [&out](std::string_view bytes) {
                out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
            },
            {list});
        out.close();
        if (!out)
            throw Error(Exit::failed, fmt::format("cannot write `{}`", file.string()));
        tar(world_, incoming, {"-x", "-f", file.string()});
        data::leave_regular_files(incoming);
        fs::remove(file);
    }
}

} // namespace rdvc::remote
