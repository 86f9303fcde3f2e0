// Sweeps and files of parameters. Lines are overrides; sections are `zip`, `repeat`, `exclude`,
// `seed` and the rows of a file: `csv`, `jsonl`, `yaml`, `json`.

#include <set>

#include "base/text.hpp"
#include "submission/name.hpp"
#include "submission/placeholders.hpp"
#include "support.hpp"
#include "sweep/names.hpp"
#include "sweep/params.hpp"
#include "sweep/sweep.hpp"

using namespace rdvc;

namespace {

constexpr std::size_t most = 500;

sweep::Grid grid_of(std::string_view text) {
    sweep::Grid grid;
    for (const auto& [section, content] : fuzz::sections(text)) {
        const auto lines = base::lines(content);
        if (section.empty())
            grid.overrides = lines;
        else if (section == "zip")
            for (const auto& line : lines)
                grid.zip.push_back(base::words(line));
        else if (section == "repeat")
            grid.repeat = base::join(lines, "\n");
        else if (section == "exclude")
            grid.exclude = lines;
        else if (section == "seed")
            grid.seed = content.size();
        else
            grid.rows = sweep::rows_from_params(content, "rows." + section);
    }
    return grid;
}

void check_names(const std::vector<sweep::Combination>& all, const std::string& name,
                 sweep::Naming naming) {
    std::set<std::string> different;
    const auto names = sweep::names(all, name, naming);
    fuzz::check(names.size() == all.size(), "each has a name");
    for (const auto& one : names) {
        submission::check_name(one);
        fuzz::check(different.insert(base::lower(one)).second, "names differ");
    }
}

// With `--cmd` a value arrives as it is, whatever it has in it.
void check_words(const sweep::Combination& one) {
    std::vector<sweep::Setting> settings;
    for (const auto& word : one.overrides)
        settings.push_back(sweep::plain_setting(word));
    for (const auto& [key, value] : settings)
        fuzz::check(submission::fill_in({"{" + key + "}={{" + key + "}}"}, settings).at(0) ==
                        value + "={" + key + "}",
                    "a value is an argument");
}

} // namespace

RDVC_FUZZ_TARGET(sweeps) {
    const auto text = fuzz::text_of(data, size);
    for (const auto& line : base::lines(text)) {
        sweep::is_sweep(line);
        const auto quoted = line.find_first_of("'\\") == std::string::npos;
        fuzz::check(!quoted || !sweep::is_sweep("x='" + line + "'"), "a quoted text is one value");
    }
    std::vector<sweep::Combination> all;
    fuzz::only_errors([&] {
        const auto grid = grid_of(text);
        const auto count = sweep::count(grid);
        all = sweep::expand(grid, most);
        fuzz::check(grid.exclude.empty() ? all.size() == count : all.size() < count,
                    "they were counted before");
    });
    for (const auto& one : all)
        for (const auto& word : one.overrides)
            fuzz::check(!sweep::is_sweep(word) && sweep::count({.overrides = {word}}) == 1,
                        "an experiment has one value of each parameter");
    for (const auto& one : all)
        check_words(one);
    check_names(all, "", sweep::Naming::values);
    check_names(all, "näme", sweep::Naming::values);
    check_names(all, "name", sweep::Naming::numbers);
    return 0;
}
