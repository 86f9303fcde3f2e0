// `rdvc internal-ssh`: git and rsync call this instead of ssh. It drops what a login prints before
// the program there starts (banners, ~/.bashrc), and does not wait for processes that a login
// leaves running.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rdvc::transport {

/// The verb by which main() recognises it.
constexpr auto relay_verb = "internal-ssh";

/// Ends our own words; those that git or rsync add come after it.
constexpr auto relay_end = "--then";

/// What to do: ssh's own words, and what the bash there reads first.
struct RelayOrder {
    std::vector<std::string> ssh;
    std::string program;
};

/// Reads `SSH... -- HOST bash -s --then [OPTIONS] HOST COMMAND...`. git's options go to ssh; the
/// host is ours. Without a command the program is empty.
RelayOrder read_relay_words(const std::vector<std::string>& words);

/// Finds the line after which the other side's bytes begin, in a stream that comes in pieces.
class Opening {
  public:
    /// The bytes of `piece` after the line.
    std::string_view feed(std::string_view piece);

  private:
    std::string line_;
    bool found_ = false;
};

/// Copies between our standard streams and the program there until that ends; returns the exit
/// code.
int relay(const std::vector<std::string>& words);

} // namespace rdvc::transport
