// Foreign text on its way to a terminal: it may use colours and progress bars, but nothing else
// that a terminal obeys.
#pragma once

#include <string>
#include <string_view>

namespace rdvc::base {

struct TerminalSize {
    std::size_t columns = 80;
    std::size_t lines = 24;
};

/// The size of the terminal on that descriptor; 80 x 24 if it does not say. Not 0.
TerminalSize terminal_size(int descriptor);

/// Takes text in pieces of any size and returns it harmless. Line ends, tabs, backspaces,
/// well-formed UTF-8, colours (`ESC [ ... m`) and what progress bars use (`ESC [ K`, `ESC [ n A` to
/// `D`, `ESC [ ? 25 l` and `h`) stay; every other control character, those that change the writing
/// direction, and invalid UTF-8 become `\xHH`, as in base::printable.
class TerminalFilter {
  public:
    /// The text so far, as far as it can be classified; at most `longest` bytes are held back.
    std::string feed(std::string_view bytes);
    /// What was held back, made visible; ends colours and shows the cursor if the text did not.
    std::string finish();

  private:
    static constexpr std::size_t longest = 32; // of a sequence that passes
    void take(std::string_view kept);

    std::string held_;
    std::string text_;
    bool coloured_ = false;
    bool hidden_ = false; // the cursor
};

} // namespace rdvc::base
