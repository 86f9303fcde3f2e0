#include "transport/session_stream.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace rdvc::transport {

void SessionStream::pass(std::size_t count) {
    if (count > 0)
        on_bytes_(std::string_view(held_).substr(0, count));
    held_.erase(0, count);
}

void SessionStream::feed(std::string_view bytes) {
    held_ += bytes;
    for (;;) {
        const auto at = held_.find(mark_);
        if (at == std::string::npos)
            break;
        pass(at);
        const auto line_end = held_.find('\n');
        if (line_end == std::string::npos)
            return;
        const auto [verb, rest] =
            base::key_and_value(base::trim(held_.substr(mark_.size(), line_end - mark_.size())));
        held_.erase(0, line_end + 1);
        on_mark_(verb, rest);
    }
    auto kept = std::min(held_.size(), mark_.size() - 1);
    while (!mark_.starts_with(std::string_view(held_).substr(held_.size() - kept)))
        --kept;
    pass(held_.size() - kept);
}

void SessionStream::end() {
    pass(held_.size());
}

} // namespace rdvc::transport
