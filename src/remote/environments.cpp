#include "remote/environments.hpp"

#include <cstdlib>
#include <optional>

#include "base/text.hpp"

namespace rdvc::remote {

namespace {

// Words: KEY ID MADE KIB SECONDS current|old USES JOB NODE.
std::optional<KeptEnvironment> parse_environment(const std::string& text) {
    const auto words = base::words(text);
    if (words.size() < 9)
        return std::nullopt;
    return KeptEnvironment{.key = words[0],
                           .id = words[1],
                           .made = static_cast<std::int64_t>(base::parse_time(words[2])),
                           .kib = std::strtoull(words[3].c_str(), nullptr, 10),
                           .seconds = words[4],
                           .current = words[5] == "current",
                           .uses = words[6],
                           .job = words[7],
                           .node = words[8]};
}

} // namespace

EnvironmentList ask_environments(Cluster& cluster, const std::string& mirror) {
    script::Variables variables;
    variables.words = {{"mirror", mirror}, {"action", "list"}};
    variables.lists = {{"keys", {}}};
    EnvironmentList list;
    cluster.ask("environments", variables, [&](const transport::Frame& frame) {
        const auto [key, rest] = base::key_and_value(frame.rest);
        if (frame.verb == "time") {
            list.time = static_cast<std::int64_t>(base::parse_time(key));
        } else if (frame.verb == "environment") {
            if (auto environment = parse_environment(frame.rest))
                list.kept.push_back(*environment);
        } else if (frame.verb == "not-reusable") {
            list.others.emplace_back(key, "cannot be reused: " + rest);
        } else if (frame.verb == "building") {
            list.others.emplace_back(key, "is being built by job " + rest);
        } else if (frame.verb == "of-one-commit") {
            ++list.of_one_commit;
        }
    });
    return list;
}

ClearedEnvironments clear_environments(Cluster& cluster, const std::string& mirror,
                                       const std::vector<std::string>& keys) {
    script::Variables variables;
    variables.words = {{"mirror", mirror}, {"action", "clear"}};
    variables.lists = {{"keys", keys}};
    ClearedEnvironments all;
    cluster.ask("environments", variables, [&](const transport::Frame& frame) {
        const auto fields = base::words(frame.rest);
        if (frame.verb == "cleared" && fields.size() >= 3) {
            ++all.cleared;
            all.kib += std::strtoull(fields[2].c_str(), nullptr, 10);
        } else if (frame.verb == "kept" && fields.size() >= 3) {
            all.in_use.emplace_back(fields[0], fields[2]);
        } else if (frame.verb == "absent") {
            all.absent.push_back(frame.rest);
        }
    });
    return all;
}

} // namespace rdvc::remote
