// Sweeps: which experiments one `rdvc run` stands for. Pure; knows overrides of parameters as Hydra
// and DVC read them, and neither projects nor clusters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace rdvc::sweep {

/// One row of `--params FILE`.
struct Row {
    std::string place;                  ///< `runs.csv:3`, for messages
    std::vector<std::string> overrides; ///< `KEY=VALUE`, each one value
};

/// What was asked for.
struct Grid {
    std::vector<std::string> overrides = {}; ///< `-S`: `[FILE:]KEY=VALUE` as typed, swept or not
    std::vector<Row> rows = {};              ///< `--params`; none if it was not given
    /// `--zip`: groups of keys (`[FILE:]KEY`) whose lists are paired instead of crossed. A group
    /// without keys is all swept keys of `overrides`.
    std::vector<std::vector<std::string>> zip = {};
    std::string repeat = {};                ///< `--repeat N[:KEY]`; "" if it was not given
    std::vector<std::string> exclude = {};  ///< `--exclude KEY=VALUE[,KEY=VALUE]`
    std::optional<std::uint64_t> seed = {}; ///< for `shuffle()`, which is refused without one
};

/// One parameter and its value in one experiment.
struct Setting {
    std::string key;   ///< `[FILE:]KEY`, without `+`, `++` and `~`
    std::string value; ///< as Hydra writes it
};

/// One experiment.
struct Combination {
    std::vector<std::string> overrides; ///< words for `-S`: `[FILE:]KEY=VALUE`, each one value
    std::vector<Setting> varying;       ///< the parameters that differ between experiments
};

/// More experiments than anybody wants in one submission.
constexpr std::size_t most_combinations = 100'000;

/// Whether one of these values of `-S` is a sweep in Hydra's grammar: `a=1,2`, `a=choice(1)`,
/// `a=range(3)`. Text that Hydra would refuse is one if it has a comma or a call, so that `expand`
/// says what is wrong with it.
bool is_sweep(std::span<const std::string> overrides);
bool is_sweep(const std::string& override);

/// The number of experiments before `exclude`, found without making them; it saturates. Throws
/// Error (usage) as `expand` does, except for `exclude`.
std::size_t count(const Grid& grid);

/// The experiments in DVC's order: grouped by file as the files first occur, the last key changes
/// fastest; rows before them, repetitions after them. The overrides of an experiment are in the
/// order given: `-S`, the row, the repetition. Throws Error (usage), with the column where it has
/// one, for what Hydra or DVC would refuse, for the same parameter twice, lists of unequal length
/// that are paired, an `exclude` without effect, more than `most` experiments, and none.
std::vector<Combination> expand(const Grid& grid, std::size_t most = most_combinations);

/// What a word of an experiment sets, with the value as a program would be given it: a text without
/// quotes and backslashes, `true`, `0.001`, `null`; lists and maps as Hydra writes them. Throws
/// Error (usage) for what is no such word.
Setting plain_setting(const std::string& word);

} // namespace rdvc::sweep
