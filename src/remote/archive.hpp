// A tar stream of objects: regular files with names. It needs no temporary file.
#pragma once

#include <cstdint>
#include <string>

namespace rdvc::remote {

/// The header before a file's bytes. `name` has at most 100 bytes, which is enough for an object's.
/// Source: POSIX, ustar; for 8 GiB and more, GNU tar's numbers in base 256.
std::string archive_header(const std::string& name, std::uint64_t size);

/// The padding after a file's bytes.
std::string archive_padding(std::uint64_t size);

/// The end of the stream, after the last file.
std::string archive_end();

} // namespace rdvc::remote
