// Extended regular expressions of POSIX (regex(7)), as grep -E has them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rdvc::environment {

class Pattern {
  public:
    /// Any of these expressions. They are constants of this program: one that cannot be compiled is
    /// a bug.
    explicit Pattern(const std::vector<std::string_view>& expressions);

    /// True if some part of the line matches.
    [[nodiscard]] bool matches(const std::string& line) const;
    /// The line without all parts that match.
    [[nodiscard]] std::string removed_from(const std::string& line) const;

  private:
    struct Compiled;
    std::shared_ptr<const Compiled> compiled_;
};

} // namespace rdvc::environment
