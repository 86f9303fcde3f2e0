// Reads the answer of a request: lines `@rdvc:NONCE VERB REST` and, after `data N`, N raw bytes.
// Everything else on the stream (banners, ~/.bashrc) is noise and ignored.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace rdvc::transport {

struct Frame {
    std::string verb;
    std::string rest;
};

class FrameReader {
  public:
    FrameReader(const std::string& nonce, std::function<void(const Frame&)> on_frame,
                std::function<void(std::string_view)> on_data);

    /// Takes the next bytes of the stream, in pieces of any size. Throws Error (unknown) for a line
    /// that does not end.
    void feed(std::string_view bytes);

    /// The first line of the text before the first frame, or "".
    [[nodiscard]] const std::string& noise() const { return noise_; }

  private:
    void line(std::string_view text);

    std::string mark_;
    std::function<void(const Frame&)> on_frame_;
    std::function<void(std::string_view)> on_data_;
    std::string partial_;
    std::string noise_;
    bool has_begun_ = false;
    std::size_t data_left_ = 0;
};

} // namespace rdvc::transport
