// What DVC's own files say about a project: what is tracked, with which hash, and which stages
// exist. Nothing here starts DVC or reads data.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rdvc::data {

/// A file or folder that DVC tracks, according to a `.dvc` file or a dvc.lock.
struct Output {
    std::string path;    ///< from the repository's root
    std::string hash;    ///< MD5, ending in `.dir` for a folder; "": not known
    bool legacy = false; ///< of DVC 2: other place in the cache, line ends do not count
    std::optional<std::uint64_t> size; ///< bytes; of a folder, all files together
    bool cached = true;                ///< false: Git tracks it (`cache: false`)
    bool pushed = true;                ///< false: it does not leave the machine (`push: false`)
    bool persist = false;              ///< a stage finds what its last run left
    bool metric = false;               ///< of `metrics`
    bool plot = false;                 ///< of `plots`
    bool imported = false;             ///< by `dvc import` or `dvc import-url`
    bool comes_from_afar = false;      ///< by a URL, or from the repository itself
    std::string owner;                 ///< the `.dvc` or dvc.yaml file, from the repository's root

    [[nodiscard]] bool is_folder() const { return hash.ends_with(".dir"); }
};

/// A dependency as recorded in dvc.lock.
struct Locked {
    std::string hash;
    bool legacy = false; ///< as in Output
    std::optional<std::uint64_t> size;
};

/// The parameters that a stage reads: file -> key -> value at its last run, as `flat` has it.
using Parameters = std::map<std::string, std::map<std::string, std::string>>;

struct Stage {
    std::string name;
    std::string file;              ///< its dvc.yaml, from the repository's root
    std::string folder;            ///< where it runs; paths below are from the repository's root
    std::vector<std::string> deps; ///< for `a/${x}` the folder `a`
    std::vector<Output> outs;      ///< hashes are those of the last run
    std::map<std::string, Locked> lock; ///< dependencies at the last run
    Parameters params;
    /// File and key of each parameter that dvc.yaml names; the key is "" for a whole file.
    std::vector<std::pair<std::string, std::string>> declared_params;
    bool has_params = false;
    bool has_run = false;         ///< dvc.lock has it
    bool same_command = false;    ///< dvc.yaml has the command and outputs of the last run
    bool same_definition = false; ///< dvc.yaml says all that it said at the last run
    bool frozen = false;
    bool is_told = true;   ///< false: there are templates whose values cannot be told
    bool is_known = true;  ///< false: what it reads and makes cannot be told (templates)
    bool is_group = false; ///< stands for stages of a foreach or matrix, some of which may be new

    /// `FILE:NAME`, DVC's address of it.
    [[nodiscard]] std::string address() const { return file + ":" + name; }
};

struct Pipeline {
    std::vector<Output> tracked; ///< by `.dvc` files
    std::vector<Stage> stages;
    std::vector<std::string> metrics; ///< that dvc.yaml names outside of stages
    std::vector<std::string> plots;   ///< the same
};

/// Where the values of templates in dvc.yaml come from.
struct Values {
    /// A file, as the job will have it: path from the repository's root -> content.
    std::function<std::optional<std::string>(const std::string& path)> text;
    /// Whether the run may set this key of this file, so that its value cannot be known.
    std::function<bool(const std::string& path, const std::string& key)> may_change;
};

/// Reads these files: path from the repository's root -> content. Throws Error (not_ready) that
/// names a file that is not YAML. DVC refuses other faults itself.
Pipeline read_pipeline(const std::map<std::string, std::string>& files, const Values& values = {});

} // namespace rdvc::data
