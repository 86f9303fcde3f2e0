#include "base/error.hpp"

#include "base/text.hpp"

namespace rdvc::base {

std::string Error::message() const {
    std::string text = std::string("error: ") + printable(what()) + "\n";
    for (const auto& line : lines(context_))
        text += "  " + printable(line) + "\n";
    if (!hint_.empty())
        text += "\nhint: " + printable(hint_) + "\n";
    return text;
}

} // namespace rdvc::base
