// What the user sees: data on standard output, everything else on standard error.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/terminal.hpp"

namespace rdvc::world {

enum class Verbosity { quiet, normal, verbose };

/// Thrown when nobody reads standard output any longer (`rdvc logs | head`).
struct OutputClosed {};

/// True if standard output is a pipe that nobody reads any longer.
bool standard_output_is_closed();

class Console {
  public:
    /// Takes text as it will be shown.
    using Stream = std::function<void(std::string_view)>;

    /// `out` and `err`: where text goes; by default this program's standard output and error.
    Console(bool out_is_terminal, bool err_is_terminal, bool no_color, Stream out = standard_output,
            Stream err = standard_error)
        : out_(std::move(out)), err_(std::move(err)), out_is_terminal_(out_is_terminal),
          out_color_(out_is_terminal && !no_color), err_color_(err_is_terminal && !no_color),
          err_is_terminal_(err_is_terminal) {}
    ~Console();
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;
    Console(Console&&) = delete;
    Console& operator=(Console&&) = delete;

    Verbosity verbosity = Verbosity::normal;
    /// True once nobody reads the data any longer.
    std::function<bool()> is_closed = [] { return false; };

    /// Data, unchanged; on a terminal, without anything that could take it over
    /// (base/terminal.hpp).
    void data(std::string_view text) const;
    /// A line about what happens; not with --quiet.
    void note(std::string_view line) const;
    /// A line that starts with `warning:`; not with --quiet.
    void warn(std::string_view line) const;
    /// A line for --verbose only.
    void trace(std::string_view line) const;
    /// True if somebody would see progress: on a terminal, without --quiet.
    [[nodiscard]] bool shows_progress() const;
    /// Replaces the last progress line, which stays below what is said meanwhile; an empty one
    /// removes it. Prints nothing if nobody would see it.
    void progress(std::string_view line) const;
    /// How long a progress line may be.
    [[nodiscard]] std::size_t progress_width() const;
    /// Calls for attention on a terminal: the bell, and a notification (OSC 9) where the terminal
    /// has them.
    void notify(std::string_view text) const;
    /// An Error's message, on standard error.
    void error(std::string_view message) const;

    /// The size of the terminal that data goes to; nothing if it is none.
    [[nodiscard]] std::optional<base::TerminalSize> size() const;

    /// Its width, likewise.
    [[nodiscard]] std::optional<std::size_t> width() const {
        const auto size_there = size();
        return size_there ? std::optional(size_there->columns) : std::nullopt;
    }
    /// True if data goes to a terminal.
    [[nodiscard]] bool is_terminal() const { return out_is_terminal_; }

    /// True if data may have colours.
    [[nodiscard]] bool has_color() const { return out_color_; }

    /// `text` in bold on a terminal.
    [[nodiscard]] std::string bold(std::string_view text) const;

    /// Throws OutputClosed; Error (failed) if it cannot be written otherwise.
    static void standard_output(std::string_view text);
    static void standard_error(std::string_view text);

  private:
    /// Lines on standard error, above the progress line.
    void say(const std::string& text) const;

    Stream out_;
    Stream err_;
    mutable std::string shown_;           ///< the progress line
    mutable base::TerminalFilter filter_; ///< text may be cut anywhere between two calls
    bool out_is_terminal_;
    bool out_color_;
    bool err_color_;
    bool err_is_terminal_;
};

} // namespace rdvc::world
