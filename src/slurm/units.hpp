// Times and sizes as SLURM and its users write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rdvc::slurm {

/// The seconds that a time limit is, as sbatch takes it: `30` (minutes), `2:00:00`, `1-12`. Nothing
/// for `UNLIMITED`, 0, and anything else.
std::optional<long> seconds_of(std::string_view time);

/// The time limit of so many seconds, as SLURM writes it: `2-00:00:00`, `01:30:00`.
std::string time_text(long seconds);

/// The MiB that a size is, as sbatch takes it: `512` (MiB), `4G`, `1T`; K is rounded up. Nothing
/// for 0 (all of a node) and anything else.
std::optional<std::uint64_t> mebibytes_of(std::string_view size);

/// So many MiB as a person reads them, and as sbatch takes them: `512M`, `64G`, never more than
/// they are.
std::string size_text(std::uint64_t mebibytes);

} // namespace rdvc::slurm
