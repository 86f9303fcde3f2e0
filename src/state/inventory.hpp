// What rdvc's folder on the cluster contains, as the cluster reports it to `rdvc clean` and
// `rdvc env`, and questions about it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rdvc::state {

/// A file or folder in rdvc's own folder on the cluster.
struct Entry {
    char type = 'f';       ///< f, d, l: file, folder, link
    std::int64_t time = 0; ///< time of its last change, in seconds since the epoch
    bool own = true;       ///< it belongs to this user
};

/// A workspace that a job has noted and that the login node can see.
struct Workspace {
    std::string token;
    std::string path;
    bool kept = false; ///< it has a file `rdvc-keep`
};

/// The cluster's report. Paths are relative to `dir`.
struct Inventory {
    std::string dir;
    std::int64_t time = 0; ///< the cluster's clock
    std::string cluster;   ///< its name in SLURM, or ""
    std::optional<std::string>
        squeue_words; ///< squeue's message if it did not answer: nobody knows which jobs live
    std::set<std::string> live; ///< tokens of submissions that have a job, or may have one
    std::map<std::string, std::uint64_t>
        used; ///< environments that live jobs use: PROJECT/KEY/ID -> how many jobs
    std::map<std::string, Entry> entries; ///< down to the fourth level
    std::map<std::string, std::map<std::string, std::string>>
        files; ///< small files: key, value; the key is `is` if the content has none
    std::vector<Workspace> workspaces;
    std::map<std::string, std::set<std::string>>
        functions;             ///< submission's folder -> the hashes that its script names
    bool read_scripts = false; ///< all scripts could be read, so `functions` is complete
    std::map<std::pair<std::string, std::string>, std::string>
        refs;                           ///< experiments: mirror, ref -> commit
    std::set<std::string> read_mirrors; ///< those whose refs git could read

    /// Nothing if there is no such path.
    [[nodiscard]] const Entry* find(const std::string& path) const;
    [[nodiscard]] bool has(const std::string& path) const { return find(path) != nullptr; }
    [[nodiscard]] bool is_link(const std::string& path) const { return is(path, 'l'); }
    [[nodiscard]] bool is_folder(const std::string& path) const { return is(path, 'd'); }
    [[nodiscard]] bool is_own_folder(const std::string& path) const;
    /// The names in a folder, sorted.
    [[nodiscard]] std::vector<std::string> names(const std::string& folder) const;
    /// The number of files and folders at `path`, including itself and everything in it; 0 if there
    /// is no such path.
    [[nodiscard]] std::size_t count(const std::string& path) const;
    /// True if it, or something in it, has changed since, or if it contains a file whose content
    /// the cluster should have sent but did not.
    [[nodiscard]] bool is_younger(const std::string& path, std::int64_t cutoff) const;
    /// The value of `key` in a small file, or "".
    [[nodiscard]] std::string value(const std::string& path, const std::string& key) const;

    /// The submissions that have a folder or records of a job, sorted: those of the project
    /// `mirror`, or all.
    [[nodiscard]] std::vector<std::string> tokens(const std::string& mirror, bool all) const;
    /// True if a job, or `rdvc cancel`, has taken a claim of the submission.
    [[nodiscard]] bool has_claim(const std::string& token) const;
    /// The folders of the records that a submission's jobs have left.
    [[nodiscard]] std::vector<std::string> records(const std::string& token) const;

  private:
    [[nodiscard]] bool is(const std::string& path, char type) const;
};

/// The names of the small files whose content the cluster sends.
const std::set<std::string>& told_files();

/// True if a run by hand has made the record's folder.
bool is_by_hand(const std::string& record);

} // namespace rdvc::state
