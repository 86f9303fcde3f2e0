#include "remote/garbage.hpp"

#include <cstdlib>

#include <fmt/core.h>

#include "base/text.hpp"

namespace rdvc::remote {

namespace {

script::Variables variables(const config::Config& config, const std::string& action,
                            std::int64_t older, const std::string& list) {
    script::Variables all;
    all.words = {{"action", action},
                 {"older", fmt::format("{}", older)},
                 {"list_size", fmt::format("{}", list.size())},
                 {"cache", config.text("cluster.cache")},
                 {"cache_group", config.flag("cluster.cache_group") ? "1" : "0"}};
    return all;
}

std::uint64_t number_in(const std::vector<std::string>& words, std::size_t place) {
    return place < words.size() ? std::strtoull(words[place].c_str(), nullptr, 10) : 0;
}

// NAME SIZE TIME
void add_item(std::vector<state::CacheItem>& items, const std::string& text) {
    const auto words = base::words(text);
    constexpr std::size_t fields = 3;
    if (words.size() == fields)
        items.push_back({.name = words[0],
                         .bytes = number_in(words, 1),
                         .time = static_cast<std::int64_t>(number_in(words, 2))});
}

} // namespace

state::CacheReport ask_cache(Cluster& cluster, const config::Config& config, std::int64_t older) {
    state::CacheReport report;
    cluster.ask("garbage", variables(config, "list", older, ""),
                [&](const transport::Frame& frame) {
                    if (frame.verb == "cache") {
                        report.folder = frame.rest;
                    } else if (frame.verb == "outside") {
                        report.is_outside = true;
                    } else if (frame.verb == "all") {
                        const auto words = base::words(frame.rest);
                        report.count = number_in(words, 0);
                        report.bytes = number_in(words, 1);
                        report.foreign = number_in(words, 2);
                    } else if (frame.verb == "unreadable") {
                        report.unreadable.push_back(frame.rest);
                    } else if (frame.verb == "object") {
                        add_item(report.objects, frame.rest);
                    } else if (frame.verb == "entry") {
                        add_item(report.entries, frame.rest);
                    }
                });
    return report;
}

CacheCleaned clean_cache(Cluster& cluster, const config::Config& config,
                         const state::CachePlan& plan, std::int64_t older) {
    CacheCleaned cleaned;
    const auto list = plan.list();
    cluster.ask(
        "garbage", variables(config, "remove", older, list),
        [&](const transport::Frame& frame) {
            if (frame.verb == "removed") {
                const auto words = base::words(frame.rest);
                cleaned.objects = number_in(words, 0);
                cleaned.bytes = number_in(words, 1);
                cleaned.entries = number_in(words, 2);
            } else if (frame.verb == "begun") {
                cleaned.has_begun = true;
            } else if (frame.verb == "squeue") {
                cleaned.squeue_words = frame.rest;
            } else if (frame.verb == "failed") {
                cleaned.failed.push_back(frame.rest);
            }
        },
        [](std::string_view) {}, {list});
    return cleaned;
}

} // namespace rdvc::remote
