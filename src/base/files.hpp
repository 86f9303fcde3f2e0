// Files and folders, with rdvc's promises about privacy and durability.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace rdvc::base {

/// The whole file, or nothing if there is none. Throws Error if it exists and cannot be read.
std::optional<std::string> read_file(const std::filesystem::path& path);

/// Replaces `path` by `content` in one step (temporary file, fsync, rename), mode 0600 unless the
/// file was there with another; makes missing folders with mode 0700. Throws Error.
void write_file(const std::filesystem::path& path, std::string_view content);

/// Appends `line` and a line feed in one write, under a lock of the file, and syncs it. A torn last
/// line (a crash in mid-write) is ended first, so that the new record stands alone. Throws Error.
void append_line(const std::filesystem::path& path, std::string_view line);

/// Makes `path` and what is missing above it, mode 0700. Throws Error if it is there and belongs to
/// somebody else or is open to others.
void make_private_folder(const std::filesystem::path& path);

/// A lock between processes on this machine, let go at the end of its life or of the process's.
class FileLock {
  public:
    /// Makes the file. Throws Error if it cannot.
    explicit FileLock(const std::filesystem::path& path);
    ~FileLock();
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    FileLock(FileLock&&) = delete;
    FileLock& operator=(FileLock&&) = delete;

    /// False if another process has it.
    bool try_lock();
    /// Waits until it is free.
    void lock();

  private:
    int fd_;
};

/// Removes `path`, if it is there, with all that is in it: folders that may not be written to as
/// well; no link is followed. Throws Error if something is left.
void remove_tree(const std::filesystem::path& path);

/// Removes temporary folders whose process was killed; what cannot be removed stays.
void remove_abandoned_folders();

/// A private temporary folder that is removed with all that is in it. It is locked as long as its
/// process lives.
class TemporaryFolder {
  public:
    /// Throws Error if it cannot be made.
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
