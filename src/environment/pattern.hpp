// POSIX extended regular expressions (regex(7)), as in grep -E.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rdvc::environment {

class Pattern {
  public:
    /// Matches any of these expressions. They are constants of this program, so one that does not
    /// compile is a bug.
    explicit Pattern(const std::vector<std::string_view>& expressions);

    /// True if any part of the line matches.
    [[nodiscard]] bool matches(const std::string& line) const;
    /// The line without the parts that match.
    [[nodiscard]] std::string removed_from(const std::string& line) const;

  private:
    struct Compiled;
    std::shared_ptr<const Compiled> compiled_;
};

} // namespace rdvc::environment
