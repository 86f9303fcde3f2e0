#include "data/yaml.hpp"

#include <cstddef>
#include <set>
#include <utility>
#include <vector>

namespace rdvc::data {

namespace {

constexpr const char* merge_key = "<<";

bool is_merge_key(const YAML::Node& key) {
    return key.IsScalar() && key.Scalar() == merge_key && key.Tag() != "!"; // not in quotes
}

// Works in place, so that aliases of one node stay one node.
class Merger {
  public:
    void merge(YAML::Node node, std::size_t depth = 0) {
        constexpr std::size_t deepest = 100;
        constexpr std::size_t most =
            1'000'000; // aliases can expand a small file into an endless tree
        if (depth > deepest || ++visited_ > most)
            throw YAML::Exception(node.Mark(), "a value is too large");
        if (node.IsSequence()) {
            for (const auto& element : node)
                merge(element, depth + 1);
        } else if (node.IsMap()) {
            const auto sources = sources_of(node);
            for (const auto& pair : node)
                merge(pair.second, depth + 1);
            if (!sources.empty())
                node.remove(merge_key);
            for (const auto& source : sources) {
                merge(source, depth + 1);
                add_absent(node, source);
            }
        }
    }

  private:
    // The maps that `<<` names, nearest first. To DVC a duplicate key is an error.
    static std::vector<YAML::Node> sources_of(const YAML::Node& map) {
        std::vector<YAML::Node> sources;
        std::set<std::string> keys;
        for (const auto& pair : map) {
            if (pair.first.IsScalar() && !keys.insert(pair.first.Scalar()).second)
                throw YAML::Exception(pair.first.Mark(),
                                      "the key `" + pair.first.Scalar() + "` stands twice");
            if (!is_merge_key(pair.first))
                continue;
            each_in(pair.second, [&](const YAML::Node& source) { sources.push_back(source); });
            if (!pair.second.IsSequence())
                sources.push_back(pair.second);
            for (const auto& source : sources)
                if (!source.IsMap())
                    throw YAML::Exception(pair.first.Mark(), "`<<` needs a map or a list of maps");
        }
        return sources;
    }

    static void add_absent(YAML::Node& map, const YAML::Node& source) {
        for (const auto& pair : source) {
            const YAML::Node& known = map;
            if (!pair.first.IsScalar() || !known[pair.first.Scalar()])
                map[pair.first] = pair.second;
        }
    }

    std::size_t visited_ = 0;
};

} // namespace

YAML::Node load_yaml(const std::string& text) {
    auto root = YAML::Load(text);
    Merger().merge(root);
    return root;
}

std::string text_of(const YAML::Node& node) {
    return node && node.IsScalar() ? node.Scalar() : "";
}

bool flag_of(const YAML::Node& node, bool otherwise) {
    const auto text = text_of(node);
    if (text == "true" || text == "True" || text == "TRUE")
        return true;
    return text == "false" || text == "False" || text == "FALSE" ? false : otherwise;
}

} // namespace rdvc::data
