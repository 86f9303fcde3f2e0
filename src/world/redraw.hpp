// Text on a terminal that replaces itself.
#pragma once

#include <cstddef>
#include <string>

#include "world/console.hpp"

namespace rdvc::world {

class Redraw {
  public:
    explicit Redraw(const Console& console) : console_(console) {}
    /// Removes what was drawn.
    ~Redraw();
    Redraw(const Redraw&) = delete;
    Redraw& operator=(const Redraw&) = delete;
    Redraw(Redraw&&) = delete;
    Redraw& operator=(Redraw&&) = delete;

    /// Replaces what was drawn before by these lines, which must fit into the terminal. Draws
    /// nothing if data does not go to one.
    void draw(const std::string& text);

  private:
    const Console& console_;
    std::size_t lines_ = 0;
};

} // namespace rdvc::world
