#include "commands/removal.hpp"

#include "base/interrupts.hpp"

namespace rdvc::commands {

void begin_removal() {
    base::set_last_words("some of it may have been removed", "the same command removes the rest");
}

} // namespace rdvc::commands
