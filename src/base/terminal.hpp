// Text from elsewhere on its way to a terminal: it may have colours and progress bars, and nothing
// else that a terminal obeys.
#pragma once

#include <string>
#include <string_view>

namespace rdvc::base {

/// Takes text in pieces of any size and gives it back harmless. Line ends, tabs, backspaces,
/// well-formed UTF-8, colours (`ESC [ ... m`) and what progress bars use (`ESC [ K`, `ESC [ n A` to
/// `D`, `ESC [ ? 25 l` and `h`) stay; every other control character, those that turn the direction
/// of writing, and bytes that are no UTF-8 become `\xHH`, as base::printable has it.
class TerminalFilter {
  public:
    /// The text so far, as far as it can be told what it is; at most `longest` bytes are held back.
    std::string feed(std::string_view bytes);
    /// What was held back, made visible; ends colours, and shows the cursor, where the text did
    /// not.
    std::string finish();

  private:
    static constexpr std::size_t longest = 32; // of a sequence that is kept
    void take(std::string_view kept);

    std::string held_;
    std::string text_;
    bool coloured_ = false;
    bool hidden_ = false; // the cursor
};

} // namespace rdvc::base
