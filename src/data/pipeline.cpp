#include "data/pipeline.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/core.h>
#include <yaml-cpp/yaml.h>

#include "base/error.hpp"
#include "data/values.hpp"

namespace rdvc::data {

using base::Error;
using base::Exit;

namespace {

std::string folder_of(const std::string& file) {
    return std::filesystem::path(file).parent_path().generic_string();
}

// `path` as written in `folder` -> from the repository's root; "" for what is not in it.
std::string in_repository(const std::string& folder, const std::string& path) {
    if (path.find("://") != std::string::npos || path.find('\0') != std::string::npos)
        return "";
    auto whole = (std::filesystem::path(folder) / path).lexically_normal().generic_string();
    while (whole.size() > 1 && whole.ends_with("/"))
        whole.pop_back();
    return whole.starts_with("/") || (whole + "/").starts_with("../") ? "" : whole;
}

std::string text_of(const YAML::Node& node) {
    return node && node.IsScalar() ? node.Scalar() : "";
}

// It becomes part of names of files: "" for what is no hash.
std::string hash_of(const YAML::Node& node) {
    auto text = text_of(node);
    const auto digits = text.substr(0, text.ends_with(".dir") ? text.size() - 4 : text.size());
    const bool sound =
        !digits.empty() &&
        digits.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz") == std::string::npos;
    return sound ? text : "";
}

bool flag_of(const YAML::Node& node, bool otherwise) {
    bool value = otherwise;
    return node && node.IsScalar() && YAML::convert<bool>::decode(node, value) ? value : otherwise;
}

bool has_template(const YAML::Node& node) {
    return node && flat(node).find("${") != std::string::npos;
}

std::optional<std::uint64_t> size_of(const YAML::Node& node) {
    std::uint64_t size = 0;
    return node && node.IsScalar() && YAML::convert<std::uint64_t>::decode(node, size)
               ? std::optional(size)
               : std::nullopt;
}

// An entry of `outs` or `deps` in a `.dvc` file or dvc.lock.
Output read_output(const YAML::Node& node, const std::string& folder, const std::string& owner) {
    Output output;
    output.path = in_repository(folder, text_of(node["path"]));
    output.hash = hash_of(node["md5"]);
    output.legacy = !output.hash.empty() && text_of(node["hash"]) != "md5";
    output.size = size_of(node["size"]);
    output.cached = flag_of(node["cache"], true);
    output.pushed = flag_of(node["push"], true);
    output.persist = flag_of(node["persist"], false);
    output.owner = owner;
    return output;
}

// What a dvc.lock has of a stage; undefined if nothing.
YAML::Node entry_of(const YAML::Node& locked, const std::string& name) {
    return locked.IsMap() ? locked[name] : YAML::Node(YAML::NodeType::Undefined);
}

void read_dvc_file(const std::string& file, const YAML::Node& root, Pipeline& pipeline) {
    if (!root.IsMap() || !root["outs"] || !root["outs"].IsSequence())
        return;
    const auto folder = in_repository(folder_of(file), text_of(root["wdir"]));
    const bool imported = root["deps"] && root["deps"].IsSequence() && root["deps"].size() > 0;
    for (const auto& node : root["outs"]) {
        auto output = read_output(node, folder, file);
        output.imported = imported;
        if (!output.path.empty())
            pipeline.tracked.push_back(std::move(output));
    }
}

// The elements of `deps`, `outs`, `metrics`, `plots`: a path, or a path with settings.
template <typename Take>
void each_path(const YAML::Node& list, const Take& take) {
    if (!list || !list.IsSequence())
        return;
    for (const auto& element : list) {
        if (element.IsScalar())
            take(element.Scalar(), YAML::Node());
        else if (element.IsMap())
            for (const auto& pair : element)
                take(text_of(pair.first), pair.second);
    }
}

// What `a/${x}.csv` is in whatever x is: `a`; "" if that cannot be told.
std::string literal_part(const std::string& path) {
    const auto at = path.find("${");
    if (at == std::string::npos)
        return path;
    const auto slash = path.substr(0, at).rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
}

// True if `path` may be what the template `written` gives.
bool may_be(const std::string& path, const std::string& written) {
    const auto open = written.find("${");
    const auto close = written.rfind('}');
    if (open == std::string::npos || close == std::string::npos || close < open)
        return path == written;
    return path.size() >= open && path.starts_with(written.substr(0, open)) &&
           path.ends_with(written.substr(close + 1));
}

// One stage: a definition, with what stands for `${item}` and `${key}` in it.
struct Definition {
    YAML::Node node;
    std::string variable; // `${item}`, `${key}` or ""
    std::string value;

    [[nodiscard]] std::string path(std::string text) const {
        for (auto at = variable.empty() ? std::string::npos : text.find(variable);
             at != std::string::npos; at = text.find(variable, at + value.size()))
            text.replace(at, variable.size(), value);
        return text;
    }
};

struct Written { // paths as they are written, from the stage's folder
    std::vector<std::string> deps;
    std::vector<std::pair<std::string, Output>> outs; // with their settings
};

Written read_written(const Definition& definition, const std::string& file) {
    Written written;
    each_path(definition.node["deps"], [&](const std::string& path, const YAML::Node&) {
        written.deps.push_back(definition.path(path));
    });
    const std::string_view outputs = "outs";
    for (const std::string_view key :
         {outputs, std::string_view("metrics"), std::string_view("plots")})
        each_path(definition.node[std::string(key)],
                  [&](const std::string& path, const YAML::Node& settings) {
                      Output output;
                      output.owner = file;
                      output.metric = key != outputs;
                      if (settings && settings.IsMap()) {
                          output.cached = flag_of(settings["cache"], true);
                          output.pushed = flag_of(settings["push"], true);
                          output.persist = flag_of(settings["persist"], false);
                      }
                      written.outs.emplace_back(definition.path(path), output);
                  });
    return written;
}

// The paths of `deps` or `outs` in dvc.lock, as they are written.
std::vector<std::string> locked_paths(const YAML::Node& list) {
    std::vector<std::string> paths;
    if (list && list.IsSequence())
        for (const auto& element : list)
            paths.push_back(text_of(element["path"]));
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

void read_lock(Stage& stage, const Written& written, const YAML::Node& lock) {
    if (lock["deps"] && lock["deps"].IsSequence())
        for (const auto& element : lock["deps"]) {
            const auto locked = read_output(element, stage.folder, stage.file);
            stage.lock[locked.path] = {locked.hash, locked.legacy, locked.size};
        }
    if (lock["outs"] && lock["outs"].IsSequence())
        for (const auto& element : lock["outs"]) {
            auto locked = read_output(element, stage.folder, stage.file);
            const auto path = text_of(element["path"]);
            const auto settings =
                std::find_if(written.outs.begin(), written.outs.end(),
                             [&](const auto& out) { return may_be(path, out.first); });
            if (settings != written.outs.end()) {
                locked.cached = settings->second.cached;
                locked.pushed = settings->second.pushed;
                locked.persist = settings->second.persist;
                locked.metric = settings->second.metric;
            }
            add_output(stage, std::move(locked));
        }
    if (lock["params"] && lock["params"].IsMap())
        for (const auto& file : lock["params"])
            if (file.second.IsMap())
                for (const auto& value : file.second)
                    stage.params[in_repository(stage.folder, text_of(file.first))]
                                [text_of(value.first)] = flat(value.second);
}

// Takes over what is written; a template stands for the folder that it is in.
void read_paths(Stage& stage, const Written& written) {
    for (const auto& path : written.deps) {
        stage.is_known = stage.is_known && !literal_part(path).empty();
        if (auto whole = in_repository(stage.folder, literal_part(path));
            !whole.empty() && !literal_part(path).empty())
            stage.deps.push_back(std::move(whole));
    }
    for (const auto& [path, settings] : written.outs) {
        stage.is_known = stage.is_known && !literal_part(path).empty();
        auto output = settings;
        output.path =
            literal_part(path).empty() ? "" : in_repository(stage.folder, literal_part(path));
        add_output(stage, std::move(output));
    }
}

// True if dvc.lock has a value for each parameter that the definition names, and the definition
// does not take whole files, whose keys may be others by now.
bool has_values(const Stage& stage, const YAML::Node& params) {
    if (!params || !params.IsSequence())
        return true;
    const auto known = [&](const std::string& file, const std::string& key) {
        const auto values = stage.params.find(in_repository(stage.folder, file));
        return values != stage.params.end() && values->second.contains(key);
    };
    for (const auto& element : params) {
        if (element.IsScalar() && !known("params.yaml", element.Scalar()))
            return false;
        if (!element.IsMap())
            continue;
        for (const auto& pair : element) {
            if (!pair.second.IsSequence() || pair.second.size() == 0)
                return false;
            for (const auto& key : pair.second)
                if (!known(text_of(pair.first), text_of(key)))
                    return false;
        }
    }
    return true;
}

// What the last run was of; `lock` is that of a stage without templates.
void compare_with_lock(Stage& stage, const Written& written, const YAML::Node& node,
                       const YAML::Node& lock) {
    auto deps = written.deps;
    std::vector<std::string> outs;
    for (const auto& [path, settings] : written.outs)
        outs.push_back(path);
    std::sort(deps.begin(), deps.end());
    std::sort(outs.begin(), outs.end());
    stage.same_command = node["cmd"] && lock["cmd"] && flat(node["cmd"]) == flat(lock["cmd"]) &&
                         outs == locked_paths(lock["outs"]);
    // What is not in the repository may have changed.
    stage.same_definition = stage.same_command && deps == locked_paths(lock["deps"]) &&
                            !stage.lock.contains("") && !flag_of(node["always_changed"], false) &&
                            has_values(stage, node["params"]);
}

// `lock` may be undefined: the stage has not run.
Stage read_stage(const std::string& name, const std::string& file, const Definition& definition,
                 const YAML::Node& lock) {
    const auto& node = definition.node;
    const auto wdir = definition.path(text_of(node["wdir"]));
    Stage stage;
    stage.name = name;
    stage.file = file;
    stage.frozen = flag_of(node["frozen"], false);
    stage.has_params = node["params"] && node["params"].size() > 0;
    stage.has_run = lock && lock.IsMap();
    stage.is_known = wdir.find("${") == std::string::npos;
    if (!stage.is_known) // nor where its paths start
        return stage;
    stage.folder = in_repository(folder_of(file), wdir);
    const auto written = read_written(definition, file);
    read_paths(stage, written);
    if (stage.has_run) {
        read_lock(stage, written, lock);
        if (!has_template(node) && definition.variable.empty())
            compare_with_lock(stage, written, node, lock);
    }
    return stage;
}

// A text that DVC names a stage of a foreach by, as it is.
bool names_itself(const YAML::Node& node) {
    if (!node.IsScalar() || node.Scalar().empty())
        return false;
    const auto& text = node.Scalar();
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return is_letter(text[0]) && flat(node) == '"' + text + '"' &&
           std::all_of(text.begin(), text.end(), [&](char c) {
               return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
           });
}

// The stages `NAME@ITEM` of a foreach or matrix: those that it names, or, if that takes DVC to
// tell, those that have run and one that stands for all others.
void read_group(const std::string& name, const std::string& file, const YAML::Node& node,
                const YAML::Node& locked, Pipeline& pipeline) {
    const auto body = node["do"] ? node["do"] : node;
    const auto& items = node["foreach"];
    std::vector<std::string> names;
    bool all = body.IsMap() && items && (items.IsSequence() || items.IsMap());
    if (all)
        for (const auto& item : items) {
            const YAML::Node& named = items.IsMap() ? item.first : item;
            all = all && names_itself(named);
            names.push_back(text_of(named));
        }
    if (all) {
        for (const auto& item : names) {
            const auto whole = fmt::format("{}@{}", name, item);
            pipeline.stages.push_back(read_stage(whole, file,
                                                 {body, items.IsMap() ? "${key}" : "${item}", item},
                                                 entry_of(locked, whole)));
        }
        return;
    }
    if (!body.IsMap())
        return;
    if (locked.IsMap())
        for (const auto& entry : locked)
            if (text_of(entry.first).starts_with(name + "@"))
                pipeline.stages.push_back(
                    read_stage(text_of(entry.first), file, {body, "", ""}, entry.second));
    pipeline.stages.push_back(read_stage(name, file, {body, "", ""}, entry_of({}, name)));
    pipeline.stages.back().is_group = true;
}

void read_stages(const std::string& file, const YAML::Node& root, const YAML::Node& lock,
                 Pipeline& pipeline) {
    if (!root.IsMap() || !root["stages"] || !root["stages"].IsMap())
        return;
    const YAML::Node locked = lock.IsMap() && lock["stages"] ? lock["stages"] : YAML::Node();
    for (const auto& pair : root["stages"]) {
        const auto name = text_of(pair.first);
        const auto& node = pair.second;
        if (!node.IsMap())
            continue;
        if (node["foreach"] || node["matrix"])
            read_group(name, file, node, locked, pipeline);
        else
            pipeline.stages.push_back(
                read_stage(name, file, {node, "", ""}, entry_of(locked, name)));
    }
}

// Files that dvc.yaml shows without a stage that makes them; DVCLive writes such ones.
void read_shown(const std::string& file, const YAML::Node& root, Pipeline& pipeline) {
    if (!root.IsMap())
        return;
    for (const auto* key : {"metrics", "plots"})
        each_path(root[key], [&](const std::string& path, const YAML::Node&) {
            auto whole = has_template(YAML::Node(path)) ? "" : in_repository(folder_of(file), path);
            if (!whole.empty())
                pipeline.metrics.push_back(std::move(whole));
        });
}

[[noreturn]] void fail(const std::string& file, const YAML::Exception& error) {
    throw Error(Exit::not_ready, fmt::format("`{}` cannot be read", file)).context(error.what());
}

YAML::Node load_lock(const std::pair<const std::string, std::string>& lock) {
    try {
        return YAML::Load(lock.second);
    } catch (const YAML::Exception& error) {
        fail(lock.first, error);
    }
}

} // namespace

Pipeline read_pipeline(const std::map<std::string, std::string>& files) {
    Pipeline pipeline;
    for (const auto& [file, content] : files) {
        try {
            if (file.ends_with(".dvc")) {
                read_dvc_file(file, YAML::Load(content), pipeline);
            } else if (("/" + file).ends_with("/dvc.yaml")) {
                const auto lock = files.find(file.substr(0, file.size() - 4) + "lock");
                const auto root = YAML::Load(content);
                read_shown(file, root, pipeline);
                read_stages(file, root, lock == files.end() ? YAML::Node() : load_lock(*lock),
                            pipeline);
            }
        } catch (const YAML::Exception& error) {
            fail(file, error);
        }
    }
    return pipeline;
}

bool overlap(const std::string& a, const std::string& b) {
    return a == b || a == "." || b == "." || a.starts_with(b + "/") || b.starts_with(a + "/");
}

} // namespace rdvc::data
