// What the user sees: data on standard output, everything else on standard error.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rdvc::cli {

enum class Verbosity { quiet, normal, verbose };

class Console {
  public:
    Console(bool out_is_terminal, bool err_is_terminal, bool no_color)
        : out_color_(out_is_terminal && !no_color), err_color_(err_is_terminal && !no_color) {}

    Verbosity verbosity = Verbosity::normal;

    /// Data: as it is.
    static void data(std::string_view text);
    /// A line about what happens; not with --quiet.
    void note(std::string_view line) const;
    /// A line that starts with `warning:`; not with --quiet.
    void warn(std::string_view line) const;
    /// A line for --verbose only.
    void trace(std::string_view line) const;
    /// An Error's message, on standard error.
    void error(std::string_view message) const;

    /// `text` in bold on a terminal.
    [[nodiscard]] std::string bold(std::string_view text) const;

  private:
    bool out_color_;
    bool err_color_;
};

/// Rows of cells as columns with two blanks between; the last column is not padded.
std::string table(std::vector<std::vector<std::string>> rows);

} // namespace rdvc::cli
