// What another attempt asks for, from what the last one asked for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "submission/arguments.hpp"

namespace rdvc::submission {

/// The text of the last attempt's header: the script, and `#SBATCH` lines that replaced some of it.
struct LastHeader {
    std::string script;
    std::string replaced = {};
};

/// The option of `names` that decided in the last attempt, with its value. Total.
std::optional<SbatchOption> last_option(const LastHeader& header,
                                        const std::vector<std::string_view>& names);

/// The factor in `x2`; nothing for any other text.
std::optional<unsigned> factor_of(std::string_view value);

/// A size as sbatch takes it (`4000`, `64G`), multiplied; nothing if it is no size, or 0, which
/// stands for all of a node's memory.
std::optional<std::string> multiplied(std::string_view size, unsigned factor);

} // namespace rdvc::submission
