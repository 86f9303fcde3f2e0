// A tar stream of objects, as it is sent: regular files by name, without a temporary file for it.
#pragma once

#include <cstdint>
#include <string>

namespace rdvc::remote {

/// What is before a file's bytes. `name` has at most 100 bytes, as an object's has.
/// Source: POSIX, ustar; for 8 GiB and more GNU tar's numbers in base 256.
std::string archive_header(const std::string& name, std::uint64_t size);

/// What is behind them.
std::string archive_padding(std::uint64_t size);

/// What is behind the last file.
std::string archive_end();

} // namespace rdvc::remote
