#include "data/pipeline.hpp"

#include <fmt/core.h>
#include <yaml-cpp/yaml.h>

#include "base/error.hpp"
#include "data/groups.hpp"
#include "data/paths.hpp"
#include "data/stage.hpp"
#include "data/yaml.hpp"

namespace rdvc::data {

using base::Error;
using base::Exit;

namespace {

// Whether the job can fetch the `deps` of a `.dvc` file: not if they are files on this machine.
bool comes_from_afar(const YAML::Node& deps, const std::string& folder) {
    bool is_afar = true;
    each_in(deps, [&](const YAML::Node& dep) {
        const YAML::Node source = dep.IsMap() && dep["repo"] ? dep["repo"]["url"] : dep["path"];
        const auto path = text_of(source);
        is_afar = is_afar &&
                  (!in_repository(folder, path).empty() || path.find(':') != std::string::npos);
    });
    return is_afar;
}

void read_dvc_file(const std::string& file, const YAML::Node& root, Pipeline& pipeline) {
    if (!root.IsMap())
        return;
    if (root["cmd"])
        throw Error(Exit::not_ready,
                    fmt::format("`{}` is a stage of DVC 0.x, which DVC 3 does not read", file))
            .hint("define it in dvc.yaml: `dvc stage add`");
    const auto folder = in_repository(folder_of(file), text_of(root["wdir"]));
    const bool imported = root["deps"] && root["deps"].IsSequence() && root["deps"].size() > 0;
    each_in(root["outs"], [&](const YAML::Node& entry) {
        if (!entry.IsMap())
            return;
        auto output = read_output(entry, folder, file);
        output.imported = imported;
        output.comes_from_afar = imported && comes_from_afar(root["deps"], folder);
        if (!output.path.empty())
            pipeline.tracked.push_back(std::move(output));
    });
}

// One dvc.yaml with its dvc.lock.
class File {
  public:
    File(std::string name, const YAML::Node& root, const YAML::Node& lock, const Values& values,
         Pipeline& pipeline)
        : name_(std::move(name)), root_(root), context_(values), pipeline_(pipeline) {
        if (lock.IsMap() && lock["stages"] && lock["stages"].IsMap())
            locked_.reset(lock["stages"]);
        if (!has_template(root_)) // then its files need not be read
            return;
        context_.load_file(join_path(folder_of(name_), "params.yaml"));
        context_.load(root_["vars"], folder_of(name_));
    }

    void read() {
        read_shown();
        const YAML::Node stages = root_["stages"];
        if (!stages || !stages.IsMap())
            return;
        for (const auto& pair : stages) {
            if (!pair.second.IsMap())
                continue;
            if (is_group(pair.second))
                read_group(text_of(pair.first), pair.second);
            else
                add(text_of(pair.first), pair.second, context_);
        }
    }

  private:
    // A stage's entry in dvc.lock; undefined if missing.
    [[nodiscard]] YAML::Node entry_of(const std::string& stage) const {
        return locked_.IsMap() ? locked_[stage] : YAML::Node(YAML::NodeType::Undefined);
    }

    void add(const std::string& stage, const YAML::Node& definition, Context context) {
        if (definition["vars"])
            context.load(definition["vars"],
                         join_path(folder_of(name_), context.resolve(text_of(definition["wdir"]))));
        pipeline_.stages.push_back(
            read_stage(stage, name_, context.resolve(definition), entry_of(stage)));
    }

    // The stages `NAME@ITEM`; if only DVC can list them, those that have run and one that stands
    // for all others.
    void read_group(const std::string& group, const YAML::Node& definition) {
        const auto body = body_of(definition);
        if (!body.IsMap())
            return;
        if (const auto members = members_of(definition, context_)) {
            for (const auto& member : *members) {
                auto context = context_;
                for (const auto& [key, value] : member.values)
                    context.set(key, value);
                add(group + "@" + member.suffix, body, context);
            }
            return;
        }
        const auto add_one = [&](const std::string& stage, const YAML::Node& locked) {
            pipeline_.stages.push_back(read_stage(stage, name_, body, locked));
            pipeline_.stages.back().is_told = false;
        };
        if (locked_.IsMap())
            for (const auto& entry : locked_)
                if (text_of(entry.first).starts_with(group + "@"))
                    add_one(text_of(entry.first), entry.second);
        add_one(group, YAML::Node(YAML::NodeType::Undefined));
        pipeline_.stages.back().is_group = true;
    }

    // Files that dvc.yaml lists without a stage that makes them; DVCLive writes such files.
    void read_shown() {
        const auto add_to = [&](std::vector<std::string>& list, const std::string& written) {
            const auto path = context_.resolve(written);
            auto whole = has_template(path) ? "" : in_repository(folder_of(name_), path);
            if (!whole.empty())
                list.push_back(std::move(whole));
        };
        each_path(root_["metrics"], [&](const std::string& written, const YAML::Node&) {
            add_to(pipeline_.metrics, written);
        });
        each_path(root_["plots"], [&](const std::string& written, const YAML::Node& settings) {
            add_to(pipeline_.plots, written);
            if (settings && settings.IsMap() && settings["y"] && settings["y"].IsMap())
                for (const auto& file : settings["y"]) // then `written` may be a mere name
                    add_to(pipeline_.plots, text_of(file.first));
        });
    }

    std::string name_;
    const YAML::Node root_;
    YAML::Node locked_;
    Context context_;
    Pipeline& pipeline_;
};

[[noreturn]] void fail(const std::string& file, const YAML::Exception& error) {
    const auto place =
        error.mark.is_null()
            ? ""
            : fmt::format("line {}, column {}: ", error.mark.line + 1, error.mark.column + 1);
    throw Error(Exit::not_ready, fmt::format("`{}` cannot be read", file))
        .context(place + error.msg);
}

// The file's content; an error names the file if it cannot be read.
YAML::Node load(const std::string& file, const std::string& content) {
    try {
        return load_yaml(content);
    } catch (const YAML::Exception& error) {
        fail(file, error);
    }
}

} // namespace

Pipeline read_pipeline(const std::map<std::string, std::string>& files, const Values& values) {
    Pipeline pipeline;
    for (const auto& [file, content] : files) {
        const bool is_yaml = ("/" + file).ends_with("/dvc.yaml");
        if (!is_yaml && !file.ends_with(".dvc"))
            continue;
        const auto root = load(file, content);
        const auto lock = files.find(file.substr(0, file.size() - 4) + "lock");
        const auto locked =
            is_yaml && lock != files.end() ? load(lock->first, lock->second) : YAML::Node();
        try {
            if (!is_yaml)
                read_dvc_file(file, root, pipeline);
            else if (root.IsMap())
                File(file, root, locked, values, pipeline).read();
        } catch (const YAML::Exception& error) {
            fail(file, error);
        }
    }
    return pipeline;
}

} // namespace rdvc::data
