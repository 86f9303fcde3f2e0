// The progress of a data transfer, and the errors that may end it.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include "base/error.hpp"
#include "world/console.hpp"

namespace rdvc::remote {

/// The line after `seconds` in which `done` of `size` bytes have come or gone; with the rate and
/// the time left after the first second, at most `width` characters.
std::string progress_line(const std::string& what, std::uint64_t done, std::uint64_t size,
                          double seconds, std::size_t width);

/// A progress line on the terminal for as long as this object exists. Several threads may add to
/// it.
class Progress {
  public:
    /// `what` names the activity; `size` is the number of bytes in all.
    Progress(const world::Console& console, std::string what, std::uint64_t size)
        : console_(console), what_(std::move(what)), size_(size) {}
    ~Progress() { console_.progress(""); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    Progress(Progress&&) = delete;
    Progress& operator=(Progress&&) = delete;

    void add(std::uint64_t bytes);
    /// There are more bytes than known before.
    void expect(std::uint64_t bytes);

  private:
    const world::Console& console_;
    std::string what_;
    std::uint64_t size_;
    std::mutex mutex_;
    std::uint64_t done_ = 0;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    std::chrono::steady_clock::time_point shown_ = {};
};

/// There was no room while doing `what`. `reason` is a program's message.
base::Error no_space(const std::string& what, const std::string& reason);

/// The connection broke off while doing `what`. `reason` is a program's message.
base::Error connection_lost(const std::string& what, const std::string& reason);

} // namespace rdvc::remote
