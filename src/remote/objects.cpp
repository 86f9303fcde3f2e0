#include "remote/objects.hpp"

#include <cstdlib>
#include <map>

#include <fmt/core.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "data/cache.hpp"
#include "remote/incoming.hpp"
#include "remote/outgoing.hpp"
#include "remote/streams.hpp"
#include "submission/token.hpp"

namespace rdvc::remote {

namespace fs = std::filesystem;
using base::Error;
using base::Exit;

namespace {

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

// Those of `objects` with the names, each once.
std::vector<Object> some_of(const std::vector<Object>& objects, std::set<std::string> names) {
    std::vector<Object> some;
    for (const auto& object : objects)
        if (names.erase(object.name) > 0)
            some.push_back(object);
    return some;
}

} // namespace

Transfer::Transfer(world::World& world, const config::Config& config, Cluster& cluster)
    : world_(world), cluster_(cluster), cache_(config.text("cluster.cache")),
      group_(config.flag("cluster.cache_group")), laptop_(laptop_name(world.state_folder())) {}

script::Variables Transfer::variables() const {
    script::Variables variables;
    variables.words = {{"cache", cache_},
                       {"cache_group", group_ ? "1" : "0"},
                       {"laptop", laptop_},
                       {"batch", "1"}};
    return variables;
}

Transfer::CacheState Transfer::ask(const std::string& action, const std::vector<Object>& objects) {
    std::string list;
    for (const auto& object : objects)
        list += object.name + " " +
                (object.size ? fmt::format("{}", *object.size) : std::string("-")) + "\n";
    CacheState answer;
    cluster_.ask(
        "objects", with_list(variables(), action, list),
        [&](const transport::Frame& frame) {
            if (frame.verb == "lacks")
                answer.lacking.insert(frame.rest);
            else if (frame.verb == "cache")
                answer.cache = frame.rest;
            else if (frame.verb == "free")
                answer.free = std::strtoull(frame.rest.c_str(), nullptr, 10);
            else if (frame.verb == "partial") {
                const auto [name, size] = base::key_and_value(frame.rest);
                answer.partial[name] = std::strtoull(size.c_str(), nullptr, 10);
            }
        },
        [](std::string_view) {}, {list});
    return answer;
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
        lines.push_back(object.label + "  (" + object.source + ")");
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
    const auto answer = ask("begin", objects);
    auto lacking = answer.lacking;
    constexpr int tries = 2;
    for (int i = 0; !lacking.empty(); ++i) {
        if (i == tries)
            throw Error(Exit::failed, "data keeps arriving damaged on the cluster")
                .context(labels(some_of(objects, lacking)));
        const auto some = some_of(objects, lacking);
        lacking = send_objects(world_, cluster_, variables(),
                               outgoing(some, i == 0 ? answer : CacheState{}));
        check_sources(some, lacking);
    }
}

// What is to be sent, if it is here and there is room for it there.
std::vector<Outgoing> Transfer::outgoing(const std::vector<Object>& objects,
                                         const CacheState& answer) const {
    std::vector<Outgoing> all;
    std::vector<Object> nowhere;
    std::uint64_t size = 0;
    std::uint64_t there = 0;
    for (const auto& object : objects) {
        if (object.source.empty()) {
            nowhere.push_back(object);
            continue;
        }
        Outgoing one{object.name, object.source, fs::file_size(object.source)};
        if (const auto found = answer.partial.find(object.name);
            found != answer.partial.end() && found->second < one.size)
            one.there = found->second;
        size += one.size;
        there += one.there;
        all.push_back(std::move(one));
    }
    if (!nowhere.empty())
        throw Error(Exit::not_ready, "data that the run needs is neither here nor on the cluster")
            .context(labels(nowhere))
            .hint("bring it here with `dvc pull` or `dvc fetch`");
    if (answer.free > 0 && size - there > answer.free)
        throw Error(
            Exit::not_ready,
            fmt::format("{} of data must be sent, but only {} are free in the cluster's cache",
                        base::bytes(size - there), base::bytes(answer.free)))
            .context(answer.cache)
            .hint("make room there, or move the cache: cluster.cache in "
                  "~/.config/rdvc/config.toml");
    world_.console.note(fmt::format(
        "data: {} to send, {}{}", base::count(all.size(), "object"), base::bytes(size),
        there == 0 ? "" : fmt::format("; {} of it is already there", base::bytes(there))));
    return all;
}

std::vector<Object> Transfer::bring(const std::vector<Object>& objects, const fs::path& cache) {
    base::FileLock lock(world_.state_folder() / "transfer.lock");
    if (!lock.try_lock()) {
        world_.console.note("another rdvc is moving data; waiting for it");
        lock.lock();
    }
    constexpr std::uint64_t unknown = 4'000'000; // perhaps as large as this
    std::map<std::string, const Object*> wanted;
    std::uint64_t size = 0;
    for (const auto& object : objects)
        if (data::parse_object_name(object.name) && !fs::exists(cache / object.name) &&
            wanted.emplace(object.name, &object).second)
            size += object.size.value_or(unknown);
    if (wanted.empty())
        return {};
    std::set<std::string> names;
    for (const auto& [name, object] : wanted)
        names.insert(name);
    const auto brought = bring_objects(world_, cluster_, variables(), names, size, cache);
    if (!brought.arrived.empty())
        world_.console.note(fmt::format("data: {} brought, {}",
                                        base::count(brought.arrived.size(), "object"),
                                        base::bytes(brought.size)));
    std::vector<Object> lacking;
    for (const auto& [name, object] : wanted)
        if (brought.damaged.contains(name))
            damaged_.push_back(object->label + "  (" + brought.place + "/" + name + ")");
        else if (!brought.arrived.contains(name))
            lacking.push_back(*object);
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

} // namespace rdvc::remote
