#include "slurm/nodes.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace rdvc::slurm {

namespace {

constexpr std::string_view nothing = "(null)";

Offer offer_of(const std::string& feature, const std::vector<Nodes>& all) {
    Offer offer;
    offer.feature = feature;
    bool all_have_gpus = true;
    for (const auto& nodes : all) {
        if (std::find(nodes.features.begin(), nodes.features.end(), feature) ==
            nodes.features.end())
            continue;
        if (offer.partition.empty() || nodes.is_default)
            offer.partition = nodes.partition;
        if (!nodes.has_gpu())
            all_have_gpus = false;
        else if (offer.gres.empty())
            offer.gres = nodes.gres;
    }
    // If all nodes have GPUs, a feature does not tell whether its jobs need one.
    offer.gpu = all_have_gpus && std::any_of(all.begin(), all.end(),
                                             [](const Nodes& nodes) { return !nodes.has_gpu(); });
    return offer;
}

} // namespace

bool Nodes::has_gpu() const {
    return gres.starts_with("gpu:") || gres.find(",gpu:") != std::string::npos;
}

std::optional<Nodes> parse_sinfo_line(std::string_view line) {
    const auto fields = base::split(line, '|');
    if (fields.size() < 3 || fields[0].empty() || fields[0] == "*")
        return std::nullopt;
    Nodes nodes;
    nodes.partition = fields[0];
    nodes.is_default = nodes.partition.ends_with('*');
    if (nodes.is_default)
        nodes.partition.pop_back();
    for (const auto& word : base::split(fields[1], ','))
        if (const auto feature = base::trim(word); !feature.empty() && feature != nothing)
            nodes.features.push_back(feature);
    const auto gres = base::trim(fields[2]);
    nodes.gres = gres == nothing ? "" : gres;
    return nodes;
}

std::vector<Offer> offers(const std::vector<Nodes>& all) {
    std::vector<Offer> found;
    for (const auto& nodes : all)
        for (const auto& feature : nodes.features)
            if (std::none_of(found.begin(), found.end(),
                             [&](const Offer& offer) { return offer.feature == feature; }))
                found.push_back(offer_of(feature, all));
    return found;
}

} // namespace rdvc::slurm
