// DVC's cache: where an object is, and what a folder's object lists. Source: DVC's documentation of
// its cache folder, https://dvc.org/doc/user-guide/project-structure/internal-files.
#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/platform.hpp"
#include "data/pipeline.hpp"

namespace rdvc::data {

/// Environment variables by name.
using Variables = std::function<std::optional<std::string>(const std::string&)>;

/// The folders of DVC's configuration outside of projects, in DVC's order: the system's, the
/// user's.
std::array<std::filesystem::path, 2> config_folders(base::Platform platform,
                                                    const Variables& variables);

/// The cache of the DVC project on this machine: `cache.dir` of DVC's own configuration (the
/// system's, the user's, the project's, its config.local), else `.dvc/cache`.
std::filesystem::path cache_dir(const std::filesystem::path& dvc_project,
                                const Variables& variables);

/// An object's place in a cache: `files/md5/ab/cdef...`, or `ab/cdef...` for DVC 2.
std::string object_name(const std::string& hash, bool legacy);

/// The hash in a name, and whether it is one of DVC 2.
struct ObjectName {
    std::string hash;
    bool legacy = false;
};
/// Nothing for anything but an object's name; all foreign names are checked with this.
std::optional<ObjectName> parse_object_name(std::string_view name);

/// The contents of a folder that DVC tracks: path in it (with `/`) -> hash.
using Listing = std::map<std::string, std::string>;

/// Reads a folder's object. Nothing if it is malformed, or has a path that leads out of the folder.
std::optional<Listing> parse_listing(const std::string& text);

/// The hash of a file in a folder, or of a folder in it, as DVC computes it; "" if it does not
/// exist.
std::string hash_in(const Listing& listing, const std::string& path);

/// The text that DVC writes for a folder; its MD5 is the folder's hash, without `.dir`.
std::string render_listing(const Listing& listing);

/// The paths that the DVC remote lacks, as `dvc data status --not-in-remote --json` prints them.
/// Nothing for any other answer.
std::optional<std::vector<std::string>> parse_not_in_remote(const std::string& text);

/// Paths that differ from others only in the case of ASCII letters: on some file systems they are
/// one file.
std::vector<std::string> same_but_for_case(const std::vector<std::string>& paths);

/// True if the file at `path` has the content that `name` says.
bool has_content(const std::filesystem::path& path, const ObjectName& name);

} // namespace rdvc::data
