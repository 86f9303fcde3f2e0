// Files and folders, with rdvc's guarantees of privacy and durability.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace rdvc::base {

/// The whole file, or nothing if it does not exist. Throws Error if it exists and cannot be read.
std::optional<std::string> read_file(const std::filesystem::path& path);

/// The seconds since the file was written, negative for a time in the future; nothing without it.
std::optional<std::int64_t> age_of(const std::filesystem::path& path);

/// Replaces `path` by `content` in one step (temporary file, fsync, rename), mode 0600 unless the
/// file existed with another; creates missing folders with mode 0700. What may be lost in a crash
/// of the machine need not wait for the disk. Throws Error.
enum class Synced { yes, no };
void write_file(const std::filesystem::path& path, std::string_view content,
                Synced synced = Synced::yes);

/// Replaces `path` by `content` in one step, with the mode of any new file; for files that are the
/// user's own. Creates no folders. Throws Error.
void write_open_file(const std::filesystem::path& path, std::string_view content);

/// Appends `line` and a line feed in one write, under a lock of the file, and syncs it. If the last
/// line is torn (a crash in mid-write), it is terminated first, so that the new record is on its
/// own line. Throws Error.
void append_line(const std::filesystem::path& path, std::string_view line);

/// Creates `path` and missing parents, mode 0700. Throws Error if it exists and belongs to somebody
/// else or is open to others.
void make_private_folder(const std::filesystem::path& path);

/// A lock between processes on this machine, released when the object or the process ends.
class FileLock {
  public:
    /// Creates the file. Throws Error on failure.
    explicit FileLock(const std::filesystem::path& path);
    ~FileLock();
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    FileLock(FileLock&&) = delete;
    FileLock& operator=(FileLock&&) = delete;

    /// False if another process holds it.
    bool try_lock();
    /// Waits until it is free.
    void lock();

  private:
    int fd_;
};

/// Removes `path`, if it exists, with everything in it, read-only folders included; follows no
/// link. Throws Error if something is left.
void remove_tree(const std::filesystem::path& path);

/// Removes temporary folders whose process was killed; what cannot be removed stays.
void remove_abandoned_folders();

/// A private temporary folder, removed with its contents at the end. Its process holds a lock on it
/// as long as it lives.
class TemporaryFolder {
  public:
    /// Throws Error if it cannot be created.
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    TemporaryFolder(TemporaryFolder&&) = delete;
    TemporaryFolder& operator=(TemporaryFolder&&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
    int lock_ = -1;
};

} // namespace rdvc::base
