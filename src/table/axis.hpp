// One axis of a figure: its range and its ticks.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace rdvc::table {

struct Tick {
    double value = 0;
    std::string text;
};

class Axis {
  public:
    /// For values from `low` to `high`, finite and in this order; positive if `is_log`. About
    /// `most` ticks.
    Axis(double low, double high, bool is_log, std::size_t most);

    /// Where a value is: 0 at the beginning, 1 at the end.
    [[nodiscard]] double place(double value) const;
    [[nodiscard]] const std::vector<Tick>& ticks() const { return ticks_; }

  private:
    [[nodiscard]] double scaled(double value) const;

    bool is_log_;
    double begin_ = 0; // scaled
    double end_ = 1;
    std::vector<Tick> ticks_;
};

} // namespace rdvc::table
