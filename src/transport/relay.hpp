// `rdvc internal-ssh`: what git and rsync get in place of ssh. It takes off what a login prints
// before the program there (banners, ~/.bashrc), and does not wait for what a login leaves running.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rdvc::transport {

/// The verb that main() knows it by.
constexpr auto relay_verb = "internal-ssh";

/// What ends the words of ours; after it come those that git or rsync add.
constexpr auto relay_end = "--then";

/// What is to be done: ssh's own words, and what the bash there gets to read first.
struct RelayOrder {
    std::vector<std::string> ssh;
    std::string program;
};

/// Reads `SSH... -- HOST bash -s --then [OPTIONS] HOST COMMAND...`. Options of git's go to ssh; the
/// host is ours. Without a command the program is empty.
RelayOrder read_relay_words(const std::vector<std::string>& words);

/// Finds the line that begins the other side's bytes, in a stream that comes in pieces.
class Opening {
  public:
    /// The bytes of `piece` that are behind the line.
    std::string_view feed(std::string_view piece);

  private:
    std::string line_;
    bool found_ = false;
};

/// Copies between our standard streams and the program there, to its end; gives the exit code.
int relay(const std::vector<std::string>& words);

} // namespace rdvc::transport
