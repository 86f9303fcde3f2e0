// The progress of a data transfer, and the errors that may end it.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "base/error.hpp"
#include "world/console.hpp"

namespace rdvc::remote {

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
};

/// There was no room while doing `what`. `reason` is a program's message.
base::Error no_space(const std::string& what, const std::string& reason);

/// The connection broke off while doing `what`. `reason` is a program's message.
base::Error connection_lost(const std::string& what, const std::string& reason);

} // namespace rdvc::remote
