#include "commands/uninstall_report.hpp"

#include <map>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/columns.hpp"
#include "base/text.hpp"

namespace rdvc::commands {

namespace {

std::string gone_table(const UninstallReport& report, bool dry_run) {
    struct Sum {
        std::uint64_t count = 0;
        std::uint64_t kib = 0;
    };
    std::vector<std::string> kinds; // in order
    std::map<std::string, Sum> sums;
    std::uint64_t all = 0;
    for (const auto& row : report.rows) {
        if (!sums.contains(row.kind))
            kinds.push_back(row.kind);
        auto& sum = sums[row.kind];
        sum.count += row.count;
        sum.kib += row.kib;
        all += row.kib;
    }
    std::vector<std::vector<std::string>> rows = {
        {dry_run ? "WOULD GO" : "REMOVED", "HOW MANY", "SIZE"}};
    for (const auto& kind : kinds)
        rows.push_back({kind, sums[kind].count > 0 ? fmt::format("{}", sums[kind].count) : "",
                        base::bytes(sums[kind].kib * 1024)});
    rows.push_back({"total", "", base::bytes(all * 1024)});
    return base::columns(rows);
}

std::string kept_table(const UninstallReport& report) {
    std::vector<std::vector<std::string>> rows = {{"STAYS", "WHAT", "WHY"}};
    for (const auto& item : report.items)
        rows.push_back({std::string(state::word_of(item.kind).word), item.title,
                        std::string(item.reason == state::KeepReason::young
                                        ? "it has just changed"
                                        : state::word_of(item.reason).sentence)});
    std::vector<std::string> needed;
    for (const auto& part : report.parts)
        if (part.reason == state::PartReason::needed)
            needed.push_back(state::title_of_part(part.path));
        else
            rows.push_back({state::title_of_part(part.path), part.path,
                            std::string(state::sentence_of(part.reason))});
    if (!needed.empty())
        rows.push_back({"what is shared", base::join(needed, ", "),
                        std::string(state::sentence_of(state::PartReason::needed))});
    return rows.size() == 1 ? "" : "\n" + base::columns(rows);
}

nlohmann::json to_json(const UninstallReport& report) {
    nlohmann::json removed = nlohmann::json::array();
    for (const auto& row : report.rows)
        removed.push_back({{"kind", row.kind}, {"path", row.path}, {"kib", row.kib}});
    nlohmann::json kept = nlohmann::json::array();
    for (const auto& item : report.items)
        kept.push_back({{"kind", state::word_of(item.kind).word},
                        {"title", item.title},
                        {"reason", state::word_of(item.reason).word}});
    for (const auto& part : report.parts)
        kept.push_back({{"kind", "part"},
                        {"title", part.path},
                        {"reason", std::string(state::word_of(part.reason))}});
    return {{"cluster", report.cluster}, {"dir", report.folder.dir},
            {"removed", removed},        {"kept", kept},
            {"failed", report.failed},   {"squeue_answered", !report.squeue_words},
            {"gone", report.is_gone}};
}

} // namespace

std::string tables_of(const UninstallReport& report, bool dry_run) {
    return gone_table(report, dry_run) + kept_table(report);
}

std::string json_of(const std::vector<UninstallReport>& reports, bool dry_run) {
    nlohmann::json clusters = nlohmann::json::array();
    for (const auto& report : reports)
        clusters.push_back(to_json(report));
    return nlohmann::json{{"version", 1}, {"dry_run", dry_run}, {"clusters", clusters}}.dump(
               2, ' ', false, nlohmann::json::error_handler_t::replace) +
           "\n";
}

} // namespace rdvc::commands
