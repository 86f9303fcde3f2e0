// What the cluster has told the laptop about submissions, so that later answers contain only
// changes. If the file is lost, the cluster sends everything again.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace rdvc::remote {

/// One submission: the cluster's digest of its records, and the lines that the cluster sent.
struct Told {
    std::string token;
    std::string digest; ///< "-": the submission is too old to have one
    std::vector<std::string> lines;

    bool operator==(const Told&) const = default;
};

/// Newest first; nothing if the file is missing or damaged.
std::vector<Told> read_told(const std::filesystem::path& file);

/// Stores `now` and then, of `before`, the submissions that `now` does not have, unless nothing has
/// changed. A failure does no harm.
void write_told(const std::filesystem::path& file, std::vector<Told> now,
                const std::vector<Told>& before);

} // namespace rdvc::remote
