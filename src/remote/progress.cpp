#include "remote/progress.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.hpp"

namespace rdvc::remote {

using base::Error;
using base::Exit;

std::string progress_line(const std::string& what, std::uint64_t done, std::uint64_t size,
                          double seconds, std::size_t width) {
    const auto percent = size == 0 ? 0 : std::min<std::uint64_t>(done * 100 / size, 100);
    std::vector<std::string> parts = {
        fmt::format("{}: {} of {}, {} %", what, base::bytes(done), base::bytes(size), percent)};
    if (seconds >= 1 && done > 0) {
        const auto rate = static_cast<double>(done) / seconds;
        parts.push_back(fmt::format(", {}/s", base::bytes(static_cast<std::uint64_t>(rate))));
        if (done < size)
            parts.push_back(fmt::format(
                ", {} left",
                base::age(static_cast<std::int64_t>(static_cast<double>(size - done) / rate) + 1)));
    }
    if (parts.front().size() > width)
        return fmt::format("{} %", percent);
    std::string line;
    for (const auto& part : parts)
        if (line.size() + part.size() <= width)
            line += part;
    return line;
}

void Progress::add(std::uint64_t bytes) {
    const std::scoped_lock lock(mutex_);
    done_ += bytes;
    using namespace std::chrono;
    constexpr auto often = milliseconds(100);
    const auto now = steady_clock::now();
    if (!console_.shows_progress() || (now - shown_ < often && done_ < size_))
        return;
    shown_ = now;
    console_.progress(progress_line(what_, done_, size_, duration<double>(now - began_).count(),
                                    console_.progress_width()));
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
