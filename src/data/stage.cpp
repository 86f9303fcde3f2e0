#include "data/stage.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/md5.hpp"
#include "data/cache.hpp"
#include "data/paths.hpp"
#include "data/templates.hpp"
#include "data/values.hpp"
#include "data/yaml.hpp"

namespace rdvc::data {

namespace {

// It becomes part of file names: "" for anything that is not a hash.
std::string hash_of(const YAML::Node& node) {
    auto text = text_of(node);
    const auto digits = text.substr(0, text.ends_with(".dir") ? text.size() - 4 : text.size());
    const bool sound =
        !digits.empty() &&
        digits.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz") == std::string::npos;
    return sound ? text : "";
}

// For a folder whose files are listed one by one, as in a versioned remote; "" if one of them has
// no MD5.
std::string hash_of_files(const YAML::Node& files) {
    Listing listing;
    bool is_whole = files && files.IsSequence() && files.size() > 0;
    each_in(files, [&](const YAML::Node& file) {
        const auto path = file.IsMap() ? text_of(file["relpath"]) : "";
        const auto hash = path.empty() ? "" : hash_of(file["md5"]);
        is_whole = is_whole && !hash.empty();
        listing[path] = hash;
    });
    return is_whole ? base::md5(render_listing(listing)) + ".dir" : "";
}

std::optional<std::uint64_t> size_of(const YAML::Node& node) {
    std::uint64_t size = 0;
    return node && node.IsScalar() && YAML::convert<std::uint64_t>::decode(node, size)
               ? std::optional(size)
               : std::nullopt;
}

struct Written { // paths as written, from the stage's folder
    std::vector<std::string> deps;
    std::vector<std::pair<std::string, Output>> outs; // with their settings
};

Written read_written(const YAML::Node& definition, const std::string& file) {
    Written written;
    each_path(definition["deps"],
              [&](const std::string& path, const YAML::Node&) { written.deps.push_back(path); });
    constexpr std::array<std::string_view, 3> keys = {"outs", "metrics", "plots"};
    for (const auto key : keys)
        each_path(definition[std::string(key)],
                  [&](const std::string& path, const YAML::Node& settings) {
                      Output output;
                      output.owner = file;
                      output.metric = key == keys[1];
                      output.plot = key == keys[2];
                      if (settings && settings.IsMap()) {
                          output.cached = flag_of(settings["cache"], true);
                          output.pushed = flag_of(settings["push"], true);
                          output.persist = flag_of(settings["persist"], false);
                      }
                      written.outs.emplace_back(path, output);
                  });
    return written;
}

// The paths of `deps` or `outs` in dvc.lock, as written.
std::vector<std::string> locked_paths(const YAML::Node& list) {
    std::vector<std::string> paths;
    each_in(list, [&](const YAML::Node& element) {
        paths.push_back(element.IsMap() ? text_of(element["path"]) : "");
    });
    std::sort(paths.begin(), paths.end());
    return paths;
}

void add_output(Stage& stage, Output output) {
    const auto same = std::find_if(stage.outs.begin(), stage.outs.end(),
                                   [&](const Output& o) { return o.path == output.path; });
    if (output.path.empty())
        return;
    if (same == stage.outs.end())
        stage.outs.push_back(std::move(output));
    else if (same->hash.empty())
        *same = std::move(output);
}

void read_locked_output(Stage& stage, const Written& written, const YAML::Node& element) {
    if (!element.IsMap())
        return;
    auto locked = read_output(element, stage.folder, stage.file);
    const auto path = text_of(element["path"]);
    const auto settings = std::find_if(written.outs.begin(), written.outs.end(),
                                       [&](const auto& out) { return may_be(path, out.first); });
    if (settings != written.outs.end()) {
        locked.cached = settings->second.cached;
        locked.pushed = settings->second.pushed;
        locked.persist = settings->second.persist;
        locked.metric = settings->second.metric;
        locked.plot = settings->second.plot;
    }
    add_output(stage, std::move(locked));
}

void read_lock(Stage& stage, const Written& written, const YAML::Node& lock) {
    each_in(lock["deps"], [&](const YAML::Node& element) {
        if (!element.IsMap())
            return;
        const auto locked = read_output(element, stage.folder, stage.file);
        stage.lock[locked.path] = {locked.hash, locked.legacy, locked.size};
    });
    each_in(lock["outs"],
            [&](const YAML::Node& element) { read_locked_output(stage, written, element); });
    if (lock["params"] && lock["params"].IsMap())
        for (const auto& file : lock["params"])
            if (file.second.IsMap())
                for (const auto& value : file.second)
                    stage.params[in_repository(stage.folder, text_of(file.first))]
                                [text_of(value.first)] = flat(value.second);
}

// Copies what is written; a template stands for the folder that contains it.
void read_paths(Stage& stage, const Written& written) {
    for (const auto& path : written.deps) {
        const auto known = literal_part(path);
        stage.is_known = stage.is_known && !known.empty();
        if (auto whole = in_repository(stage.folder, known); !whole.empty() && !known.empty())
            stage.deps.push_back(std::move(whole));
    }
    for (const auto& [path, settings] : written.outs) {
        const auto known = literal_part(path);
        stage.is_known = stage.is_known && !known.empty();
        auto output = settings;
        output.path = known.empty() ? "" : in_repository(stage.folder, known);
        add_output(stage, std::move(output));
    }
}

// Calls `take` with the file and the key of each parameter that dvc.yaml names; the key is "" for a
// whole file.
template <typename Take>
void each_parameter(const Stage& stage, const YAML::Node& params, const Take& take) {
    each_in(params, [&](const YAML::Node& element) {
        if (element.IsScalar())
            take(in_repository(stage.folder, "params.yaml"), element.Scalar());
        else if (element.IsMap())
            for (const auto& pair : element) {
                const auto file = in_repository(stage.folder, text_of(pair.first));
                if (!pair.second.IsSequence() || pair.second.size() == 0)
                    take(file, std::string());
                each_in(pair.second, [&](const YAML::Node& key) { take(file, text_of(key)); });
            }
    });
}

// True if dvc.lock has a value for each parameter that the definition names, and the definition
// names no whole files, whose keys may have changed.
bool has_values(const Stage& stage) {
    return std::all_of(
        stage.declared_params.begin(), stage.declared_params.end(), [&](const auto& parameter) {
            const auto values = stage.params.find(parameter.first);
            return values != stage.params.end() && values->second.contains(parameter.second);
        });
}

// Whether commands (one or a list) are equal, however they are written: `a` in dvc.yaml, `b` in
// dvc.lock.
bool same_command(const YAML::Node& a, const YAML::Node& b) {
    if (!a || !b || a.IsSequence() != b.IsSequence())
        return false;
    if (!a.IsSequence())
        return a.IsScalar() && b.IsScalar() && unescaped(a.Scalar()) == b.Scalar();
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                              [](const YAML::Node& one, const YAML::Node& other) {
                                                  return same_command(one, other);
                                              });
}

// Whether the last run was of this definition; `lock` is that of a stage without templates.
void compare_with_lock(Stage& stage, const Written& written, const YAML::Node& definition,
                       const YAML::Node& lock) {
    auto deps = written.deps;
    std::vector<std::string> outs;
    for (const auto& [path, settings] : written.outs)
        outs.push_back(path);
    std::sort(deps.begin(), deps.end());
    std::sort(outs.begin(), outs.end());
    stage.same_command =
        same_command(definition["cmd"], lock["cmd"]) && outs == locked_paths(lock["outs"]);
    // A file outside of the repository may have changed.
    stage.same_definition = stage.same_command && deps == locked_paths(lock["deps"]) &&
                            !stage.lock.contains("") &&
                            !flag_of(definition["always_changed"], false) && has_values(stage);
}

} // namespace

Output read_output(const YAML::Node& entry, const std::string& folder, const std::string& owner) {
    Output output;
    output.path = in_repository(folder, text_of(entry["path"]));
    output.hash = hash_of(entry["md5"]);
    output.legacy = !output.hash.empty() && text_of(entry["hash"]) != "md5";
    if (output.hash.empty())
        output.hash = hash_of_files(entry["files"]);
    output.size = size_of(entry["size"]);
    output.cached = flag_of(entry["cache"], true);
    output.pushed = flag_of(entry["push"], true);
    output.persist = flag_of(entry["persist"], false);
    output.owner = owner;
    return output;
}

Stage read_stage(const std::string& name, const std::string& file, const YAML::Node& definition,
                 const YAML::Node& lock) {
    const auto wdir = text_of(definition["wdir"]);
    Stage stage;
    stage.name = name;
    stage.file = file;
    stage.frozen = flag_of(definition["frozen"], false);
    stage.has_params = definition["params"] && definition["params"].size() > 0;
    stage.has_run = lock && lock.IsMap();
    stage.is_told = !has_template(definition);
    stage.is_known = !has_template(wdir);
    if (!stage.is_known) // nor the folder where its paths start
        return stage;
    stage.folder = in_repository(folder_of(file), wdir);
    const auto written = read_written(definition, file);
    read_paths(stage, written);
    each_parameter(stage, definition["params"],
                   [&](const std::string& path, const std::string& key) {
                       stage.declared_params.emplace_back(path, key);
                   });
    stage.is_told = stage.is_told && stage.is_known;
    if (stage.has_run) {
        read_lock(stage, written, lock);
        if (stage.is_told)
            compare_with_lock(stage, written, definition, lock);
    }
    return stage;
}

} // namespace rdvc::data
