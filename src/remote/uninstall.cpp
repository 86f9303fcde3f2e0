#include "remote/uninstall.hpp"

#include <cstdlib>

#include "base/text.hpp"

namespace rdvc::remote {

namespace {

// An entry TYPE OWN PATH.
void add_entry(state::RemoteFolder& folder, const std::string& text) {
    constexpr std::size_t before_path = 4;
    if (text.size() > before_path && text[1] == ' ' && text[3] == ' ')
        folder.entries[text.substr(before_path)] = {
            .type = text[0], .time = 0, .own = text[2] == '1'};
}

void add_size(state::RemoteFolder& folder, const std::string& text) {
    if (const auto tab = text.find('\t'); tab != std::string::npos)
        folder.kib[text.substr(tab + 1)] = std::strtoull(text.c_str(), nullptr, 10);
}

} // namespace

state::RemoteFolder look_at_folder(Cluster& cluster, const std::string& cache) {
    state::RemoteFolder folder;
    script::Variables variables;
    variables.words = {{"action", "look"}, {"cache", cache}};
    variables.lists = {{"mirrors", {}}, {"parts", {}}};
    cluster.ask("uninstall", variables, [&](const transport::Frame& frame) {
        if (frame.verb == "dir")
            folder.dir = frame.rest;
        else if (frame.verb == "link")
            folder.is_link = true;
        else if (frame.verb == "cache")
            folder.is_cache_named = true;
        else if (frame.verb == "entry")
            add_entry(folder, frame.rest);
        else if (frame.verb == "shared")
            folder.shared.insert(frame.rest);
        else if (frame.verb == "size")
            add_size(folder, frame.rest);
    });
    return folder;
}

Uninstalled remove_parts(Cluster& cluster, const state::UninstallPlan& plan) {
    Uninstalled done;
    script::Variables variables;
    variables.words = {{"action", "remove"}, {"cache", ""}};
    variables.lists = {{"mirrors", plan.mirrors}, {"parts", plan.parts}};
    cluster.ask("uninstall", variables, [&](const transport::Frame& frame) {
        if (frame.verb == "removed")
            done.removed.push_back(frame.rest);
        else if (frame.verb == "kept")
            done.needed.push_back(frame.rest);
        else if (frame.verb == "failed")
            done.failed.push_back(frame.rest);
        else if (frame.verb == "begun")
            done.has_begun = true;
        else if (frame.verb == "empty") {
            done.is_empty = true;
            done.is_gone = frame.rest == "gone";
        }
    });
    return done;
}

} // namespace rdvc::remote
