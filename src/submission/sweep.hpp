// Which overrides of parameters stand for several values.
#pragma once

#include <string_view>

namespace rdvc::submission {

/// True if the value of a `-S PARAM=VALUE` stands for several values in Hydra's override grammar: a
/// comma outside brackets and quotes, or choice(), range(), interval(), glob().
bool is_sweep(std::string_view override);

} // namespace rdvc::submission
