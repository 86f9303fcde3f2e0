// The request `wait`.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "remote/lookup.hpp"

namespace rdvc::remote {

/// What the request calls a target: `TOKEN`, or `TOKEN.N`.
std::string word_of(const Target& target);

/// How a target has ended.
struct End {
    std::map<std::string, std::string> result; ///< the job's own; of a sweep none
    std::string word;                          ///< `gone`, or what is absent; else ""
    bool is_sweep = false;
};

/// Returns when it has ended; `on_news` gets what happens before: phase, pending, progress. If the
/// connection is lost, it reconnects as Cluster::ask_until_answered does.
End wait_for_end(Cluster& cluster, const world::Console& console, const Target& target,
                 const Cluster::OnFrame& on_news);

/// Returns when all of these submissions and tasks have ended, or with `any` when one of them has;
/// `on_end` gets the index of each that has, once. It reconnects likewise.
void wait_for_ends(Cluster& cluster, const world::Console& console,
                   const std::vector<Target>& targets, bool any,
                   const std::function<void(std::size_t)>& on_end);

} // namespace rdvc::remote
