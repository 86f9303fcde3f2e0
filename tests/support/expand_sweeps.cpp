// Expands sweeps, for the comparison with Hydra and DVC: each line of the input is a JSON object
// with `overrides` and perhaps `seed`; its answer is a line with `sweep` (whether it is one) and
// `experiments`, or `error`.
#include <iostream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "sweep/sweep.hpp"

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        const auto asked = nlohmann::json::parse(line);
        rdvc::sweep::Grid grid;
        grid.overrides = asked["overrides"].get<std::vector<std::string>>();
        if (asked.contains("seed"))
            grid.seed = asked["seed"].get<std::uint64_t>();
        nlohmann::json answer = {{"sweep", rdvc::sweep::is_sweep(grid.overrides)}};
        try {
            answer["experiments"] = nlohmann::json::array();
            for (const auto& experiment : rdvc::sweep::expand(grid))
                answer["experiments"].push_back(experiment.overrides);
        } catch (const rdvc::base::Error& error) {
            answer["error"] = error.what();
        }
        std::cout << answer.dump() << '\n';
    }
}
