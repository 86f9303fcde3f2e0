#include "data/refusals.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/overrides.hpp"
#include "data/paths.hpp"
#include "data/values.hpp"
#include "data/yaml.hpp"

namespace rdvc::data {

using base::Error;
using base::Exit;

namespace {

using Words = std::vector<std::string>;

// Letters, digits, `_`, `-` and `/`: characters without a special meaning in Hydra's grammar.
bool is_plain_word(const std::string& text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '/';
    });
}

bool is_plain_key(const std::string& key) {
    const auto parts = base::split(key, '.');
    return std::all_of(parts.begin(), parts.end(), is_plain_word);
}

// Overrides that name something that must exist.
std::vector<Override> that_change(const Scope& scope) {
    std::vector<Override> changes;
    for (const auto& text : scope.overrides) {
        const auto written = text.substr(0, text.find('='));
        if (written.find_first_of("~+[@ ") == std::string::npos)
            changes.push_back(parse_override(text));
    }
    return changes;
}

// The keys at the level where `key` could be.
Words keys_beside(const YAML::Node& root, const std::string& key) {
    YAML::Node node = root;
    std::string before;
    const auto parts = base::split(key, '.');
    for (std::size_t i = 0; i + 1 < parts.size() && node.IsMap(); ++i) {
        const YAML::Node& known = node;
        const YAML::Node next = known[parts[i]];
        if (!next || !next.IsMap())
            break;
        node.reset(next);
        before += parts[i] + ".";
    }
    Words keys;
    if (node.IsMap())
        for (const auto& pair : node)
            keys.push_back(before + text_of(pair.first));
    return keys;
}

// `key` with its last word replaced by each key that a line of the files begins with: what they
// compose is known to Hydra alone.
Words keys_beside(const HydraConfig& config, const std::string& key) {
    const auto before = key.substr(0, key.rfind('.') + 1);
    Words keys;
    for (const auto& [path, text] : config.files)
        for (const auto& line : base::lines(text))
            if (const auto word = base::trim(line.substr(0, line.find(':'))); is_plain_word(word))
                keys.push_back(before + word);
    return keys;
}

} // namespace

void refuse_unknown_targets(const Pipeline& pipeline, const Scope& scope,
                            const std::function<bool(const std::string& path)>& exists) {
    const bool is_told = std::all_of(pipeline.stages.begin(), pipeline.stages.end(),
                                     [](const Stage& stage) { return stage.is_told; });
    if (!is_told)
        return;
    const Graph graph(pipeline);
    Words names;
    for (const auto& stage : pipeline.stages)
        if (stage.file == join_path(scope.here, "dvc.yaml"))
            names.push_back(stage.name);
    for (const auto& target : scope.targets) {
        const auto file = target.substr(0, target.find(':'));
        if (target.find_first_of("*?[") != std::string::npos || graph.knows(target, scope) ||
            exists(join_path(scope.here, target)) || file.starts_with("/"))
            continue;
        throw Error(Exit::not_ready, fmt::format("no stage, file or output is called `{}`{}",
                                                 target, base::suggestion(target, names)));
    }
}

void refuse_unknown_keys(const Scope& scope, const Files& files, const std::string& project) {
    for (const auto& change : that_change(scope)) {
        if (!is_plain_key(change.key) || (scope.hydra && change.file == "params.yaml"))
            continue;
        Words keys;
        bool is_known = false;
        for (const auto& folder : std::set<std::string>{scope.here, project}) {
            const auto path = join_path(folder, change.file);
            const auto text = files.text(path);
            if (!text)
                continue;
            try {
                const auto root = load_yaml(*text);
                is_known = is_known ||
                           !(path.ends_with(".yaml") || path.ends_with(".yml") ||
                             path.ends_with(".json")) ||
                           !root.IsMap() || parameter(*text, change.key);
                keys = keys_beside(root, change.key);
            } catch (const YAML::Exception&) {
                is_known = true; // or may be
            }
        }
        if (is_known || keys.empty())
            continue;
        throw Error(Exit::not_ready, fmt::format("`{}` has no parameter `{}`{}", change.file,
                                                 change.key, base::suggestion(change.key, keys)))
            .hint(fmt::format("to add a new one: `-S +{}=...`", change.key));
    }
}

void refuse_unknown_options(const Scope& scope, const HydraConfig& config) {
    const auto has_word = [&](const std::string& word) {
        return std::any_of(config.files.begin(), config.files.end(), [&](const auto& file) {
            return file.second.find(word) != std::string::npos ||
                   file.first.find(word) != std::string::npos;
        });
    };
    // It may use configurations from elsewhere.
    if (config.files.empty() || has_word("searchpath") || has_word("pkg://"))
        return;
    for (const auto& change : that_change(scope)) {
        if (change.file != "params.yaml" || !is_plain_key(change.key))
            continue;
        Words options;
        for (const auto& [path, text] : config.files)
            if (path.starts_with(change.key + "/") && path.ends_with(".yaml"))
                options.push_back(
                    path.substr(change.key.size() + 1, path.size() - change.key.size() - 6));
        if (!options.empty() && is_plain_word(change.value) && change.value != "null" &&
            std::find(options.begin(), options.end(), change.value) == options.end())
            throw Error(Exit::not_ready,
                        fmt::format("Hydra's group `{}` has no option `{}`{}", change.key,
                                    change.value, base::suggestion(change.value, options)))
                .context("it has " + base::join(options, ", "));
        const auto last = change.key.substr(change.key.rfind('.') + 1);
        if (options.empty() && !has_word(last))
            throw Error(Exit::not_ready,
                        fmt::format("Hydra's configuration has no parameter `{}`{}", change.key,
                                    base::suggestion(change.key, keys_beside(config, change.key))))
                .hint(fmt::format("to add a new one: `-S +{}=...`", change.key));
    }
}

} // namespace rdvc::data
