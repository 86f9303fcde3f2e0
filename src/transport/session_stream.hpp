// The streams of a command on the cluster, as bytes, without the lines that rdvc adds to them.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace rdvc::transport {

/// Takes a stream apart that comes in pieces cut anywhere: marks are `@rdvc:WORD VERB REST` and a
/// line end, wherever they are; all other bytes are the command's.
class SessionStream {
  public:
    using OnBytes = std::function<void(std::string_view)>;
    using OnMark = std::function<void(std::string_view verb, std::string_view rest)>;

    SessionStream(std::string_view word, OnBytes on_bytes, OnMark on_mark)
        : mark_("@rdvc:" + std::string(word) + " "), on_bytes_(std::move(on_bytes)),
          on_mark_(std::move(on_mark)) {}

    void feed(std::string_view bytes);
    /// What is left of an unfinished mark: the command's, after all.
    void end();

  private:
    void pass(std::size_t count);

    std::string mark_;
    OnBytes on_bytes_;
    OnMark on_mark_;
    std::string held_; ///< may be the beginning of a mark
};

} // namespace rdvc::transport
