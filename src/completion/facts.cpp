#include "completion/facts.hpp"

#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "config/settings.hpp"
#include "data/yaml.hpp"
#include "project/dvc.hpp"
#include "submission/mirror.hpp"

namespace rdvc::completion {

namespace fs = std::filesystem;

namespace {

void add_keys(const YAML::Node& node, const std::string& before,
              std::vector<Candidate>& candidates) {
    for (const auto& pair : node) {
        if (!pair.first.IsScalar())
            continue;
        const auto key = before + pair.first.Scalar();
        if (pair.second.IsMap())
            add_keys(pair.second, key + ".", candidates);
        else
            candidates.push_back({key + "=", data::text_of(pair.second)});
    }
}

// `config/model/mlp.yaml` is `model=mlp`.
void add_groups(const fs::path& folder, std::vector<Candidate>& candidates) {
    constexpr std::size_t most = 1000;
    std::vector<Candidate> groups;
    std::error_code error;
    for (fs::recursive_directory_iterator at(folder, error), end;
         !error && at != end && groups.size() < most; at.increment(error)) {
        const auto below = at->path().lexically_relative(folder);
        if (below.extension() == ".yaml" && below.has_parent_path())
            groups.push_back(
                {below.parent_path().generic_string() + "=" + below.stem().string(), ""});
    }
    std::sort(groups.begin(), groups.end(),
              [](const auto& one, const auto& other) { return one.word < other.word; });
    candidates.insert(candidates.end(), groups.begin(), groups.end());
}

} // namespace

std::vector<Candidate> settings() {
    std::vector<Candidate> candidates;
    for (const auto& setting : config::settings())
        candidates.push_back({std::string(setting.key), std::string(setting.help)});
    return candidates;
}

std::vector<Candidate> submissions(const std::vector<ledger::Record>& records,
                                   const std::string& id) {
    const auto digits =
        id.empty() ? "" : submission::parts_of(submission::mirror_name("x", id, "", "")).digits;
    std::vector<Candidate> candidates;
    std::set<std::string> names;
    for (auto record = records.rbegin(); record != records.rend(); ++record) {
        const bool is_other = !digits.empty() && !record->mirror.ends_with("-" + digits + ".git");
        if (is_other || record->job.empty())
            continue;
        const auto help = fmt::format("job {} on {}, {}", record->job, record->cluster,
                                      record->time.substr(0, 10));
        for (const auto& word : {record->name, record->job})
            if (!word.empty() && names.insert(word).second)
                candidates.push_back({word, word == record->job ? record->name : help});
    }
    return candidates;
}

std::vector<Candidate> parameters(const fs::path& dvc_project) {
    std::vector<Candidate> candidates;
    try {
        const auto text = base::read_file(dvc_project / "params.yaml").value_or("");
        if (const auto node = data::load_yaml(text); node.IsMap())
            add_keys(node, "", candidates);
    } catch (const std::exception&) { // a file that is being edited has no keys
        candidates.clear();
    }
    if (!project::uses_hydra(dvc_project))
        return candidates;
    fs::path folder = dvc_project / "conf";
    for (const auto& [key, value] : project::read_config(dvc_project / ".dvc" / "config"))
        if (key == "hydra.config_dir")
            folder = dvc_project / value;
    add_groups(folder, candidates);
    return candidates;
}

} // namespace rdvc::completion
