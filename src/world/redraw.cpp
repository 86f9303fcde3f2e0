#include "world/redraw.hpp"

#include <fmt/core.h>

#include "base/text.hpp"

namespace rdvc::world {

void Redraw::draw(const std::string& text) {
    if (!console_.size())
        return;
    std::string frame = lines_ > 0 ? fmt::format("\x1b[{}A\r", lines_) : "";
    const auto lines = base::lines(text);
    for (const auto& line : lines)
        frame += line + "\x1b[K\n";
    if (lines.size() < lines_) { // of a taller one
        const auto left = lines_ - lines.size();
        for (std::size_t i = 0; i < left; ++i)
            frame += "\x1b[K\n";
        frame += fmt::format("\x1b[{}A", left);
    }
    lines_ = lines.size();
    console_.data(frame);
}

Redraw::~Redraw() {
    draw("");
}

} // namespace rdvc::world
