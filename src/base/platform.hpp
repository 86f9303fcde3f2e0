// What differs between Linux and macOS. Nothing else in src/ asks which of them it is.
#pragma once

#include <cstdint>

#include <sys/stat.h>

namespace rdvc::base {

enum class Platform { linux_like, macos };

/// What this program was built for; other POSIX systems are like Linux.
extern const Platform this_platform;

/// When the file's content changed last, in nanoseconds since 1970.
std::int64_t modification_time(const struct stat& status);

} // namespace rdvc::base
