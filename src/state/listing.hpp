// Many submissions, a line for each, as `rdvc status` prints them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "state/record.hpp"

namespace rdvc::state {

/// The submissions that a cluster has told of.
struct Listed {
    std::string cluster;
    Overview overview;
};

/// What a list has beside its usual columns.
struct Columns {
    bool project = false;
    bool cluster = false;
};

/// One screen: a header, and a row for each submission. If the rows are wider than `width`, columns
/// give way (the node first, then age and time, then the phase), and details are cut; without it
/// nothing is cut. Empty if there is no submission.
std::string list_text(const std::vector<Listed>& all, Columns columns,
                      std::optional<std::size_t> width);

} // namespace rdvc::state
