#include "bring/status_metric.hpp"

#include <algorithm>

#include "remote/status.hpp"
#include "table/facts.hpp"
#include "table/live.hpp"
#include "table/write.hpp"

namespace rdvc::bring {

WithMetric ask_with_metric(remote::Cluster& cluster, const std::string& mirror, unsigned limit,
                           const std::string& name) {
    std::map<std::string, table::MetricsOf> files; // by token
    std::string token;
    table::LiveReader reader([&](const table::LiveRecord& record) {
        if (record.kind == "submission")
            token = record.body;
        if (record.kind != "metrics")
            return;
        for (const auto& file : record.files())
            if (auto metrics =
                    file.is_large ? std::nullopt : table::read_metrics(file.path, file.content))
                files[token][record.task].push_back({file.path, std::move(*metrics)});
    });
    WithMetric all;
    all.listed = {cluster.name(),
                  remote::ask_with_metrics(cluster, mirror, limit,
                                           [&](std::string_view bytes) { reader.feed(bytes); }),
                  {.name = name}};
    for (const auto& record : all.listed.overview.submissions) {
        table::Known known{.name = {}, .record = &record, .overview = &all.listed.overview};
        known.metrics = std::move(files[record.token]);
        const auto table = table::make_table(table::facts_of(std::move(known)));
        for (auto& one : table.names(table::Kind::metric))
            if (std::find(all.names.begin(), all.names.end(), one) == all.names.end())
                all.names.push_back(std::move(one));
        const auto column = table.find(name);
        if (!column)
            continue;
        for (const auto& row : table.rows) {
            const auto& value = row.values[*column];
            if (value.kind != table::Value::Kind::none)
                all.listed.metric.values[record.token][row.task] = {
                    table::as_text(value),
                    value.kind == table::Value::Kind::number && value.is_finite()
                        ? std::optional(value.number)
                        : std::nullopt,
                    table::as_json(value)};
        }
    }
    return all;
}

} // namespace rdvc::bring
