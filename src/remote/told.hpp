// What the laptop has been told of submissions, so that the cluster tells only what has changed. It
// may be lost at any time: then all is told again.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace rdvc::remote {

/// One submission: the cluster's digest of what it has of it, and the lines that it told.
struct Told {
    std::string token;
    std::string digest; ///< "-": too old to have one
    std::vector<std::string> lines;

    bool operator==(const Told&) const = default;
};

/// Newest first; nothing where there is no such file, or it is damaged.
std::vector<Told> read_told(const std::filesystem::path& file);

/// Writes down what was told now, and of what was told before the next ones, if that is anything
/// new. Whatever fails is no harm.
void write_told(const std::filesystem::path& file, std::vector<Told> now,
                const std::vector<Told>& before);

} // namespace rdvc::remote
