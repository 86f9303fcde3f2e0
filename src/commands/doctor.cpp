// `rdvc doctor`: what is there, what is wrong, and what to do about it.

#include "commands/doctor.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/options.hpp"
#include "commands/command.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

std::optional<std::pair<int, int>> find_version(std::string_view text) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::size_t end = i;
        while (end < text.size() && end - i < 6 && is_digit(text[end]))
            ++end;
        if (end > i && end + 1 < text.size() && text[end] == '.' && is_digit(text[end + 1])) {
            const std::string rest(text.substr(i, 14));
            char* after = nullptr;
            const auto major = std::strtol(rest.c_str(), &after, 10);
            const auto minor = std::strtol(after + 1, nullptr, 10);
            return std::pair{static_cast<int>(major), static_cast<int>(minor)};
        }
        i = std::max(i, end);
    }
    return std::nullopt;
}

Check check_version(const std::string& name, const std::string& text, std::pair<int, int> least,
                    Level level, const std::string& advice) {
    const auto version = find_version(text);
    if (version && *version >= least)
        return {Level::ok, name, text};
    return {level, name, text.empty() ? "says no version" : text, advice};
}

Check check_space(const std::string& name, const std::string& place, std::uint64_t free,
                  std::uint64_t least) {
    const auto found = fmt::format("{} free in {}", base::bytes(free), place);
    if (free >= least)
        return {Level::ok, name, found};
    constexpr std::uint64_t nothing = 1'000'000;
    return {free < nothing ? Level::error : Level::warning, name, found, "make room there"};
}

namespace {

constexpr std::array<std::string_view, 3> level_words = {"ok", "warning", "error"};

std::string_view word_of(Level level) {
    return level_words.at(static_cast<std::size_t>(level));
}

void print(const std::string& title, const Checks& checks) {
    std::string text = title + "\n";
    for (const auto& check : checks) {
        text += base::printable(fmt::format("  {:<8} {:<15} {}", word_of(check.level), check.name,
                                            check.found)) +
                "\n";
        for (const auto& line : base::lines(check.advice))
            text += fmt::format("{:27}{}\n", "", base::printable(line));
    }
    cli::Console::data(text);
}

nlohmann::json to_json(const Checks& checks) {
    nlohmann::json all = nlohmann::json::array();
    for (const auto& check : checks)
        all.push_back({{"level", word_of(check.level)},
                       {"check", check.name},
                       {"found", check.found},
                       {"advice", check.advice}});
    return all;
}

// The project's configuration counts where there is one. Throws Error (configuration).
Place look_around(cli::World& world, const std::string& cluster) {
    Place place;
    try {
        place.project = open_project(world, cluster);
        place.config = place.project->config;
    } catch (const Error& error) {
        if (error.code() != Exit::not_ready)
            throw;
        place.no_project = error.what();
        place.config = open_user_config(world, cluster);
    }
    return place;
}

} // namespace

Exit doctor(cli::World& world, const Words& words) {
    std::string cluster_name;
    bool deep = false;
    bool json = false;
    cli::Options options("doctor", "Checks this machine, the cluster, and what lies between.");
    options
        .flag("--deep", deep,
              "also by a small job: what a compute node sees; waits 2 minutes for it")
        .text("--cluster", cluster_name, "use [clusters.NAME]", "NAME")
        .flag("--json", json, "as JSON");
    if (!options.parse(words))
        return Exit::done;
    const auto place = look_around(world, cluster_name);
    auto all = check_laptop(world, place);
    if (!json)
        print("this machine", all);
    if (const auto host = place.config.text("cluster.host"); !host.empty()) {
        const auto checks = check_cluster(world, place, deep);
        if (!json)
            print("\ncluster " + host, checks);
        all.insert(all.end(), checks.begin(), checks.end());
    }
    if (json)
        cli::Console::data(
            to_json(all).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    const bool good = std::none_of(all.begin(), all.end(),
                                   [](const Check& check) { return check.level == Level::error; });
    return good ? Exit::done : Exit::not_ready;
}

} // namespace rdvc::commands
