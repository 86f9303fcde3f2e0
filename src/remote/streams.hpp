// Streams of objects between this laptop and the cluster, several at a time over the one
// connection.
#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <string>
#include <vector>

#include "remote/cluster.hpp"

namespace rdvc::remote {

/// How many streams are worth their cost for so many objects of `size` bytes in all.
std::size_t count_streams(Cluster& cluster, std::size_t objects, std::uint64_t size);

/// Runs `ask`, a request whose data may break off or fill a disk, while doing `what`. Throws Error:
/// unreachable if the connection broke off, failed, not_ready.
void ask_for_data(const std::string& what,
                  const std::function<void(const Cluster::OnFrame& on_full)>& ask);

/// The variables of a request `objects` with that action and a list.
script::Variables with_list(script::Variables variables, const std::string& action,
                            const std::string& list);

/// Deals out `all` to so many lists.
template <typename T>
std::vector<std::vector<T>> deal_out(const std::vector<T>& all, std::size_t lists) {
    std::vector<std::vector<T>> shares(lists);
    for (std::size_t i = 0; i < all.size(); ++i)
        shares[i % lists].push_back(all[i]);
    return shares;
}

/// Calls `act` for each of `shares`, all at the same time, and gives the results. Throws what one
/// of them throws, once all have ended.
template <typename Share, typename Act>
auto side_by_side(const std::vector<Share>& shares, const Act& act) {
    using Result = decltype(act(shares.front()));
    std::vector<std::future<Result>> running;
    for (const auto& share : shares)
        running.push_back(std::async(std::launch::async, std::cref(act), std::cref(share)));
    std::vector<Result> results;
    for (auto& one : running)
        results.push_back(one.get());
    return results;
}

} // namespace rdvc::remote
