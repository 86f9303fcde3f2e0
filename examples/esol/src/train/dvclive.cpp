#include "train/dvclive.hpp"

#include <nlohmann/json.hpp>

#include "io/files.hpp"
#include "io/numbers.hpp"

namespace esol {

void Live::log_metric(const std::string& name, double value) {
    const auto path = folder_ / "plots" / "metrics" / (name + ".tsv");
    const std::string row = std::to_string(step_) + "\t" + format_number(value);
    if (with_history_.insert(name).second) {
        write_file(path, "step\t" + name.substr(name.rfind('/') + 1) + "\n" + row + "\n");
    } else {
        append_line(path, row);
    }
    log_summary(name, value);
}

void Live::log_summary(const std::string& name, double value) {
    latest_[name] = value;
}

void Live::make_summary() const {
    nlohmann::ordered_json summary;
    for (const auto& [name, value] : latest_) {
        summary[nlohmann::ordered_json::json_pointer("/" + name)] = value;
    }
    summary["step"] = step_;
    write_file(folder_ / "metrics.json", summary.dump(4) + "\n");
}

} // namespace esol
