// Folders and files of tests. A folder is removed at its test's end, kept (and its path printed) if
// the test failed.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/files.hpp"

namespace rdvc::tests {

namespace fs = std::filesystem;

/// Where tests create their folders: $TMPDIR, else a file system in memory (where rdvc's syncs cost
/// nothing) that allows running programs, else /tmp.
inline fs::path temporary_root() {
    const fs::path memory = "/dev/shm";
    struct statvfs info {};
    const bool good = std::getenv("TMPDIR") == nullptr && ::access(memory.c_str(), W_OK) == 0 &&
                      ::statvfs(memory.c_str(), &info) == 0 && (info.f_flag & ST_NOEXEC) == 0 &&
                      info.f_bavail * info.f_bsize > 256UL * 1024 * 1024;
    return good ? memory : fs::temp_directory_path();
}

class Folder {
  public:
    Folder() {
        std::string name = (temporary_root() / "rdvc-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("cannot make " + name);
        path_ = fs::canonical(name);
    }
    ~Folder() {
        if (::testing::Test::HasFailure()) {
            std::cout << "kept for inspection: " << path_.string() << "\n";
            return;
        }
        try {
            base::remove_tree(path_);
        } catch (const std::exception& failure) {
            ADD_FAILURE() << failure.what();
        }
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    Folder(Folder&&) = delete;
    Folder& operator=(Folder&&) = delete;

    [[nodiscard]] const fs::path& path() const { return path_; }
    [[nodiscard]] fs::path operator/(const fs::path& below) const { return path_ / below; }

  private:
    fs::path path_;
};

/// The whole file; "" and a failure if it does not exist.
inline std::string content_of(const fs::path& path) {
    const auto content = base::read_file(path);
    EXPECT_TRUE(content.has_value()) << "no file " << path;
    return content.value_or("");
}

/// The permission bits of a file or folder itself (a link is not followed).
inline unsigned mode_of(const fs::path& path) {
    struct stat info {};
    EXPECT_EQ(::lstat(path.c_str(), &info), 0) << path;
    return static_cast<unsigned>(info.st_mode) & 07777U;
}

/// Writes a file, with the folders that it needs; unlike base::write_file it does not wait for the
/// disk.
inline void put_file(const fs::path& path, std::string_view content) {
    if (path.has_parent_path())
        fs::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << content;
    file.close();
    if (!file)
        throw std::runtime_error("cannot write " + path.string());
}

/// A program for PATH.
inline void write_program(const fs::path& path, std::string_view text) {
    put_file(path, text);
    fs::permissions(path, fs::perms::owner_all);
}

/// `text` with every `from` replaced by `to`.
inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

} // namespace rdvc::tests
