#include "transport/frames.hpp"

#include <algorithm>
#include <charconv>

#include "base/error.hpp"
#include "base/text.hpp"

namespace rdvc::transport {

namespace {

constexpr std::size_t longest_frame = 16U << 20U; // bytes; ours have a few thousand

} // namespace

FrameReader::FrameReader(const std::string& nonce, std::function<void(const Frame&)> on_frame,
                         std::function<void(std::string_view)> on_data)
    : mark_("@rdvc:" + nonce + " "), on_frame_(std::move(on_frame)), on_data_(std::move(on_data)) {}

void FrameReader::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        if (data_left_ > 0) {
            const auto n = std::min(data_left_, bytes.size());
            on_data_(bytes.substr(0, n));
            bytes.remove_prefix(n);
            data_left_ -= n;
            continue;
        }
        const auto end = bytes.find('\n');
        if (partial_.size() + std::min(end, bytes.size()) > longest_frame)
            throw base::Error(base::Exit::unknown, "the cluster sent a line that does not end")
                .context(partial_.substr(0, 60));
        partial_ += bytes.substr(0, end);
        if (end == std::string_view::npos)
            return;
        bytes.remove_prefix(end + 1);
        const std::string whole = std::move(partial_);
        partial_.clear();
        line(whole);
    }
}

void FrameReader::line(std::string_view text) {
    // No shell can print a NUL, and no name, path or argument can contain one.
    if (!text.starts_with(mark_) || text.find('\0') != std::string_view::npos) {
        if (!has_begun_ && noise_.empty())
            noise_ = base::trim(text.substr(0, 200));
        return;
    }
    has_begun_ = true;
    text.remove_prefix(mark_.size());
    const auto blank = text.find(' ');
    Frame frame{std::string(text.substr(0, blank)),
                blank == std::string_view::npos ? "" : std::string(text.substr(blank + 1))};
    if (frame.verb == "data") {
        std::size_t size = 0;
        std::from_chars(frame.rest.data(), frame.rest.data() + frame.rest.size(), size);
        data_left_ = size;
    } else {
        on_frame_(frame);
    }
}

} // namespace rdvc::transport
