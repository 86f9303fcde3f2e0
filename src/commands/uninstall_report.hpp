// What `rdvc uninstall --remote` has found on one cluster, and its words for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "state/uninstall.hpp"

namespace rdvc::commands {

/// A row of what goes, or of what has gone.
struct UninstallRow {
    std::string kind;
    std::string path; ///< in rdvc's folder, or absolute
    std::uint64_t count = 0;
    std::uint64_t kib = 0;
};

/// What the command has found out about one cluster, and what it has done.
struct UninstallReport {
    std::string cluster;
    std::string cache; ///< where DVC's cache is, if the configuration names a place; it stays
    state::RemoteFolder folder;
    std::vector<UninstallRow> rows;
    std::vector<state::KeptItem> items;
    std::vector<state::KeptPart> parts;
    std::vector<std::string> failed;
    std::optional<std::string> squeue_words;
    std::size_t live = 0;  ///< submissions that are cancelled first
    bool is_empty = false; ///< nothing is in the folder any longer
    bool is_gone = false;  ///< nor is there the folder

    [[nodiscard]] bool is_complete() const {
        return items.empty() && parts.empty() && failed.empty();
    }
};

/// For the user: what would go or has gone, by kind; what stays, and why.
std::string tables_of(const UninstallReport& report, bool dry_run);

/// The same of all clusters as JSON, for `--json`.
std::string json_of(const std::vector<UninstallReport>& reports, bool dry_run);

} // namespace rdvc::commands
