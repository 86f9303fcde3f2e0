// One stage: its definition in dvc.yaml, with templates replaced as far as possible, and its last
// run in dvc.lock.
#pragma once

#include <string>

#include <yaml-cpp/yaml.h>

#include "data/pipeline.hpp"

namespace rdvc::data {

/// An entry of `outs` or `deps` in a `.dvc` file or dvc.lock; `owner` is copied into Output.
Output read_output(const YAML::Node& entry, const std::string& folder, const std::string& owner);

/// `lock` may be undefined: the stage has not run.
Stage read_stage(const std::string& name, const std::string& file, const YAML::Node& definition,
                 const YAML::Node& lock);

/// The elements of `deps`, `outs`, `metrics`, `plots`: a path, or a path with settings.
template <typename Take>
void each_path(const YAML::Node& list, const Take& take) {
    if (!list || !list.IsSequence())
        return;
    for (const auto& element : list) {
        if (element.IsScalar())
            take(element.Scalar(), YAML::Node());
        else if (element.IsMap())
            for (const auto& pair : element)
                if (pair.first.IsScalar())
                    take(pair.first.Scalar(), pair.second);
    }
}

} // namespace rdvc::data
