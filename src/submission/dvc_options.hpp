// The table of `dvc exp run`'s options: which are passed to the job, which are rdvc's own, and
// which make no sense there. Source: `dvc exp run --help` of DVC 3.67.
#pragma once

#include <string_view>
#include <vector>

namespace rdvc::submission {

enum class Role {
    pass,   ///< goes to `dvc exp run` in the job, byte for byte
    own,    ///< rdvc acts on it
    refuse, ///< an error, with the reason
};

struct DvcOption {
    char letter; ///< short form, or 0
    std::string_view name;
    std::string_view metavar; ///< empty: takes no value
    Role role;
    std::string_view text; ///< help; for refused ones the reason
};

const std::vector<DvcOption>& dvc_options();

} // namespace rdvc::submission
