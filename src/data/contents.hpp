// The content of files in the work tree, by its MD5. Hashes are remembered by size, time and inode,
// as DVC does, so that unchanged data is not read again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/process.hpp"
#include "data/cache.hpp"
#include "project/git.hpp"

namespace rdvc::data {

class Contents {
  public:
    /// `memory`: the file with the remembered hashes; it may be missing. A damaged one is replaced.
    explicit Contents(std::filesystem::path memory);
    ~Contents();
    Contents(const Contents&) = delete;
    Contents& operator=(const Contents&) = delete;
    Contents(Contents&&) = delete;
    Contents& operator=(Contents&&) = delete;

    /// The MD5 of a file, links followed; "" if it does not exist. Throws Error if it cannot be
    /// read.
    std::string hash(const std::filesystem::path& file, bool legacy);

  private:
    struct Known {
        std::uint64_t size = 0;
        std::int64_t time = 0; ///< of the last change, ns
        std::uint64_t inode = 0;
        std::string hash;
    };

    void load();
    void save() const;

    std::filesystem::path memory_;
    std::unordered_map<std::string, Known> known_;
    bool loaded_ = false;
    bool changed_ = false;
};

/// The state of a tracked file or folder in the work tree.
struct Comparison {
    bool is_there = false;
    bool as_recorded = false; ///< the content matches the hash
    Listing listing;          ///< of a folder that is there
};

/// Compares `output` with the work tree at `root`. A link into the cache, or a file that shares the
/// inode of a read-only object there, is unchanged. Throws Error if something cannot be read.
Comparison compare(base::Runner& runner, const project::Repository& repository, Contents& contents,
                   const std::filesystem::path& cache, const Output& output);

} // namespace rdvc::data
