// Many submissions, a line for each, as `rdvc status` prints them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "state/record.hpp"

namespace rdvc::state {

/// A metric as a job has written it last.
struct MetricValue {
    std::string text;             ///< as a terminal shows it
    std::optional<double> number; ///< of a finite one
    std::string json;             ///< as `rdvc table --json` has it
};

/// The one that `rdvc status --metric` shows.
struct Metric {
    std::string name = {}; ///< "": none
    /// By token, and the number of the sweep's task, or 0.
    std::map<std::string, std::map<unsigned, MetricValue>> values = {};

    /// Of a submission or task; null if it has none.
    [[nodiscard]] const MetricValue* of(const std::string& token, unsigned task) const;
};

/// The submissions that a cluster has told of.
struct Listed {
    std::string cluster;
    Overview overview;
    Metric metric = {};
};

/// What a list has beside its usual columns.
struct Columns {
    bool project = false;
    bool cluster = false;
};

/// One screen: a header, and a row for each submission. If the rows are wider than `width`, columns
/// give way (the node first, then age and time, then the phase), and details are cut; without it
/// nothing is cut. A sweep's metric is that of its tasks, from the smallest to the largest. Empty
/// if there is no submission.
std::string list_text(const std::vector<Listed>& all, Columns columns,
                      std::optional<std::size_t> width);

} // namespace rdvc::state
