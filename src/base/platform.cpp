#include "base/platform.hpp"

namespace rdvc::base {

namespace {

std::int64_t nanoseconds(const timespec& time) {
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

} // namespace

#ifdef __APPLE__
const Platform this_platform = Platform::macos;

std::int64_t modification_time(const struct stat& status) {
    return nanoseconds(status.st_mtimespec);
}
#else
const Platform this_platform = Platform::linux_like;

std::int64_t modification_time(const struct stat& status) {
    return nanoseconds(status.st_mtim);
}
#endif

} // namespace rdvc::base
