#include "remote/progress.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.hpp"

namespace rdvc::remote {

using base::Error;
using base::Exit;

void Progress::add(std::uint64_t bytes) {
    const std::scoped_lock lock(mutex_);
    done_ += bytes;
    const auto percent = size_ == 0 ? 0 : std::min<std::uint64_t>(done_ * 100 / size_, 100);
    console_.progress(
        fmt::format("{}: {} of {}, {} %", what_, base::bytes(done_), base::bytes(size_), percent));
}

void Progress::expect(std::uint64_t bytes) {
    const std::scoped_lock lock(mutex_);
    size_ += bytes;
}

Error no_space(const std::string& what, const std::string& reason) {
    return Error(Exit::failed, fmt::format("no space left while {}", what))
        .context(reason)
        .hint("what has arrived is kept; make room, then run the same command again to continue");
}

Error connection_lost(const std::string& what, const std::string& reason) {
    return Error(Exit::unreachable, fmt::format("the connection was lost while {}", what))
        .context(reason)
        .hint("run the same command again to continue");
}

} // namespace rdvc::remote
