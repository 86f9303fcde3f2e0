// What the user has to know and can mend; `main` prints it as one line.
#pragma once

#include <stdexcept>

namespace esol {

struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

} // namespace esol
