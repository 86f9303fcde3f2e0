#include "slurm/nodes.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "slurm/units.hpp"

namespace rdvc::slurm {

namespace {

std::string known(const std::string& word) {
    return word == "(null)" || word == "N/A" ? "" : word;
}

// Without the marks that sinfo adds: `*` no answer, `~` switched off, ...
std::string word_of(const std::string& state) {
    return state.substr(0, state.find_first_not_of("abcdefghijklmnopqrstuvwxyz"));
}

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
    return !gpus_in(gres).empty();
}

bool Nodes::is_idle() const {
    return word_of(state) == "idle" && !state.ends_with('*');
}

bool Nodes::is_mixed() const {
    return word_of(state) == "mixed" && !state.ends_with('*');
}

bool Nodes::is_out() const {
    const auto word = word_of(state);
    const bool is_in =
        is_idle() || is_mixed() || word == "allocated" || word == "completing" || word == "planned";
    return !is_in || state.ends_with('*');
}

// PARTITION|NODES|STATE|CPUS|MEMORY|ALLOCATED/IDLE/OTHER/TOTAL|GRES|USED|FEATURES|
std::optional<Nodes> parse_sinfo_line(std::string_view line) {
    enum Field { partition, count, state, cpus, memory, counts, gres, used, features, all };
    auto fields = base::split(line, '|');
    for (auto& field : fields)
        field = base::trim(field);
    const auto number = fields.size() < all ? std::nullopt : base::parse_number(fields[count]);
    if (!number || fields[partition].empty() || fields[partition] == "*")
        return std::nullopt;
    Nodes nodes;
    nodes.partition = fields[partition];
    nodes.is_default = nodes.partition.ends_with('*');
    if (nodes.is_default)
        nodes.partition.pop_back();
    nodes.count = *number;
    nodes.state = base::lower(fields[state]);
    nodes.cpus = base::parse_number(fields[cpus]);
    nodes.memory = mebibytes_of(fields[memory]);
    if (const auto parts = base::split(fields[counts], '/'); parts.size() == 4) {
        nodes.free_cpus = base::parse_number(parts[1]).value_or(0);
        nodes.all_cpus = base::parse_number(parts[3]).value_or(0);
    }
    nodes.gres = known(fields[gres]);
    nodes.used_gres = known(fields[used]);
    for (const auto& word : base::split(fields[features], ','))
        if (const auto feature = known(base::trim(word)); !feature.empty())
            nodes.features.push_back(feature);
    return nodes;
}

std::map<std::string, std::uint64_t> gpus_in(std::string_view gres) {
    std::string plain; // what is in brackets has commas, too
    int depth = 0;
    for (const char c : gres) {
        depth += c == '(' ? 1 : 0;
        if (depth == 0)
            plain += c;
        depth -= c == ')' && depth > 0 ? 1 : 0;
    }
    std::map<std::string, std::uint64_t> gpus;
    for (const auto& resource : base::split(plain, ',')) {
        const auto parts = base::split(base::trim(resource), ':');
        if (parts.front() != "gpu" || parts.size() > 3)
            continue;
        const auto number = base::parse_number(parts.back());
        const bool has_type = parts.size() == 3 || (parts.size() == 2 && !number);
        gpus[has_type ? parts[1] : ""] += parts.size() == 1 ? 1 : number.value_or(has_type ? 1 : 0);
    }
    return gpus;
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
