// The request `wait`.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "remote/cluster.hpp"
#include "remote/lookup.hpp"

namespace rdvc::remote {

/// What the request calls a target: `TOKEN`, or `TOKEN.N`.
std::string word_of(const Target& target);

/// Returns when all of these submissions and tasks have ended, or with `any` when one of them has;
/// `on_end` gets the index of each that has, once. If the connection is lost, it reconnects as
/// Cluster::ask_until_answered does.
void wait_for_ends(Cluster& cluster, const world::Console& console,
                   const std::vector<Target>& targets, bool any,
                   const std::function<void(std::size_t)>& on_end);

} // namespace rdvc::remote
