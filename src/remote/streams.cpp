#include "remote/streams.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "remote/progress.hpp"

namespace rdvc::remote {

using base::Error;
using base::Exit;

// ssh sends 2 MB a round trip in one channel, so a single stream waits for the network. Little data
// does not justify a second one.
std::size_t count_streams(Cluster& cluster, std::size_t objects, std::uint64_t size) {
    constexpr std::size_t most = 3;
    constexpr std::uint64_t worth = 4'000'000;
    if (!cluster.shares_connection())
        return 1;
    return std::clamp<std::size_t>(std::min<std::uint64_t>(objects, size / worth), 1, most);
}

void ask_for_data(const std::string& what,
                  const std::function<void(const Cluster::OnFrame& on_full)>& ask) {
    bool is_full = false;
    try {
        ask([&](const transport::Frame& frame) { is_full = is_full || frame.verb == "full"; });
    } catch (const Error& error) {
        if (is_full)
            throw no_space(what, error.what());
        if (error.code() == Exit::unknown)
            throw connection_lost(what, error.context());
        throw;
    }
}

script::Variables with_list(script::Variables variables, const std::string& action,
                            const std::string& list) {
    variables.words["action"] = action;
    variables.words["list_size"] = fmt::format("{}", list.size());
    return variables;
}

} // namespace rdvc::remote
