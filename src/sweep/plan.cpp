#include "sweep/plan.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "sweep/range.hpp"
#include "sweep/shuffle.hpp"

namespace rdvc::sweep {

namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& context = "",
                         const std::string& hint = "") {
    throw base::Error(base::Exit::usage, what).context(context).hint(hint);
}

constexpr const char* default_file = "params.yaml"; // DVC's

std::string file_of(const std::string& file) {
    return std::filesystem::path(file.empty() ? default_file : file).lexically_normal().string();
}

std::size_t size_of(const Override& override) {
    if (!override.value)
        return 1;
    if (const auto* choice = override.value->as<Choice>())
        return choice->values.size();
    const auto* range = override.value->as<Range>();
    try {
        return range != nullptr ? size_of(*range) : 1;
    } catch (const std::invalid_argument& error) {
        refuse(fmt::format("in `-S {}`: {}", override.word, error.what()));
    }
}

List values_of(const Override& override, Shuffler* shuffler) {
    if (!override.value)
        return {Value{Null{}}}; // `~KEY` becomes `~KEY=null`
    List values;
    bool is_shuffled = false;
    if (const auto* choice = override.value->as<Choice>()) {
        values = choice->values;
        is_shuffled = choice->is_shuffled;
    } else if (const auto* range = override.value->as<Range>()) {
        values = values_of(*range);
        is_shuffled = range->is_shuffled;
    } else {
        values = {*override.value};
    }
    if (is_shuffled && shuffler != nullptr)
        shuffler->shuffle(values);
    return values;
}

// An experiment gets the text that Hydra writes for a value, and reads that again. Not all of it
// can be read: `str('it is "x"')` loses its quotes.
Value read_again(const Override& override, const std::string& text) {
    try {
        auto again = parse_override(override.with(text)).value;
        if (again && !again->is_sweep())
            return *again;
    } catch (const base::Error&) { // told below
    }
    refuse(fmt::format("in `-S {}`: Hydra writes one value as `{}`, which it cannot read",
                       override.word, text),
           "a function drops the quotes of its arguments",
           "a list without a function keeps them: `KEY='A','B'`");
}

void fill(Parameter& parameter, Shuffler* shuffler) {
    for (const auto& value : values_of(parameter.override, shuffler)) {
        parameter.texts.push_back(text_of(value));
        parameter.values.push_back(read_again(parameter.override, parameter.texts.back()));
    }
}

class Planner {
  public:
    Planner(const Grid& grid, With with) : grid_(grid), with_(with) {
        if (grid.seed)
            shuffler_.emplace(*grid.seed);
    }

    Plan make() {
        add_rows_axis();
        add_overrides();
        add_rows();
        add_repetitions();
        check_duplicates();
        zip();
        return std::move(plan_);
    }

  private:
    [[nodiscard]] Shuffler* shuffler() { return shuffler_ ? &*shuffler_ : nullptr; }

    // Rows change slowest, but their parameters come after those of `-S`.
    void add_rows_axis() {
        if (!grid_.rows.empty())
            plan_.axes.push_back({{}, grid_.rows.size()});
    }

    // As DVC does it: file after file, in the order in which they first occur. Within one all is
    // parsed before anything is expanded, which matters for random numbers.
    void add_overrides() {
        const auto& words = grid_.overrides;
        plan_.parameters.resize(words.size());
        std::vector<std::string> files;
        for (const auto& word : words)
            if (auto file = file_before(word);
                std::find(files.begin(), files.end(), file) == files.end())
                files.push_back(std::move(file));
        for (const auto& file : files) {
            std::vector<std::size_t> group;
            for (std::size_t i = 0; i < words.size(); ++i)
                if (file_before(words[i]) == file)
                    group.push_back(i);
            for (const auto i : group)
                plan_.parameters[i].override =
                    parse_override(words[i], {.before = "-S ", .shuffler = shuffler()});
            for (const auto i : group)
                measure(i);
        }
    }

    static std::string file_before(const std::string& word) {
        const auto colon = word.substr(0, word.find('=')).find(':');
        return colon == std::string::npos ? default_file : word.substr(0, colon);
    }

    void measure(std::size_t i) {
        auto& parameter = plan_.parameters[i];
        parameter.size = size_of(parameter.override);
        parameter.is_swept = parameter.override.value && parameter.override.value->is_sweep();
        if (parameter.size == 0)
            refuse(fmt::format("in `-S {}`: there is no value, so there would be no experiment",
                               parameter.override.word));
        if (with_ == With::values)
            fill(parameter, shuffler());
        if (parameter.is_swept)
            plan_.axes.push_back({{i}, parameter.size});
    }

    void add_rows() {
        if (grid_.rows.empty())
            return;
        const auto first = plan_.parameters.size();
        for (const auto& word : grid_.rows[0].overrides) {
            plan_.axes[0].parameters.push_back(plan_.parameters.size());
            plan_.parameters.push_back(
                {parse_row_override(grid_.rows[0], word), grid_.rows.size(), false, {}, {}});
        }
        for (const auto& row : grid_.rows)
            add_row(row, first);
    }

    static Override parse_row_override(const Row& row, const std::string& word) {
        auto override = parse_override(word, {.before = row.place + ": "});
        if (override.value && override.value->is_sweep())
            refuse(fmt::format("in `{}: {}`: a row has one value of a parameter", row.place, word));
        return override;
    }

    void add_row(const Row& row, std::size_t first) {
        if (row.overrides.size() != grid_.rows[0].overrides.size())
            refuse(fmt::format("{}: {} instead of {}", row.place,
                               base::count(row.overrides.size(), "parameter"),
                               grid_.rows[0].overrides.size()));
        for (std::size_t i = 0; i < row.overrides.size(); ++i) {
            auto& parameter = plan_.parameters[first + i];
            const auto override = parse_row_override(row, row.overrides[i]);
            if (override.name() != parameter.override.name())
                refuse(fmt::format("{}: `{}` instead of `{}`", row.place, override.name(),
                                   parameter.override.name()));
            if (with_ == With::sizes)
                continue;
            parameter.texts.push_back(override.value ? text_of(*override.value) : "null");
            parameter.values.push_back(override.value.value_or(Value{Null{}}));
        }
    }

    void add_repetitions() {
        if (grid_.repeat.empty())
            return;
        const auto colon = grid_.repeat.find(':');
        const auto number = base::parse_number(grid_.repeat.substr(0, colon));
        if (!number || *number == 0)
            refuse(fmt::format("`--repeat {}`: expected a number from 1 on", grid_.repeat));
        Axis axis{{}, *number};
        if (colon != std::string::npos) {
            axis.parameters.push_back(plan_.parameters.size());
            plan_.parameters.push_back(repetition(grid_.repeat.substr(colon + 1), *number));
        }
        plan_.axes.push_back(axis);
    }

    // The number of the repetition, from 0, as `range(N)` gives it.
    [[nodiscard]] Parameter repetition(const std::string& key, std::size_t number) const {
        Parameter parameter;
        try {
            parameter.override = parse_override(key + "=0");
        } catch (const base::Error&) {
            refuse(fmt::format("`--repeat {}`: `{}` is no parameter", grid_.repeat, key));
        }
        if (parameter.override.change == Change::remove)
            refuse(fmt::format("`--repeat {}`: `{}` is no parameter", grid_.repeat, key));
        parameter.size = number;
        for (std::size_t i = 0; with_ == With::values && i < number; ++i) {
            parameter.texts.push_back(std::to_string(i));
            parameter.values.push_back({Integer{std::to_string(i)}});
        }
        return parameter;
    }

    // Hydra lets the last one win. To remove a parameter and to add it again is no mistake.
    void check_duplicates() const {
        std::set<std::string> seen;
        for (const auto& parameter : plan_.parameters) {
            const auto& override = parameter.override;
            const auto removes = override.change == Change::remove ? "~" : "";
            if (!seen.insert(removes + file_of(override.file) + ":" + override.key).second)
                refuse(
                    fmt::format("`{}` is given twice", override.name()),
                    "`-S`, the columns of `--params` and the parameter of `--repeat` must differ");
        }
    }

    // Axes of one group become one, at the place of the first.
    void zip() {
        std::set<std::size_t> taken;
        for (const auto& keys : grid_.zip) {
            const auto group = keys.empty() ? all_swept() : find_swept(keys);
            if (group.size() < 2)
                refuse("`--zip` needs at least two swept parameters");
            for (const auto i : group)
                if (!taken.insert(i).second)
                    refuse(fmt::format("`--zip`: `{}` is given twice",
                                       plan_.parameters[i].override.name()));
            zip(group);
        }
    }

    [[nodiscard]] std::vector<std::size_t> all_swept() const {
        std::vector<std::size_t> all;
        for (std::size_t i = 0; i < plan_.parameters.size(); ++i)
            if (plan_.parameters[i].is_swept)
                all.push_back(i);
        return all;
    }

    [[nodiscard]] std::vector<std::size_t> find_swept(const std::vector<std::string>& keys) const {
        std::vector<std::size_t> found;
        for (const auto& name : keys) {
            const auto colon = name.find(':');
            const auto file = colon == std::string::npos ? "" : name.substr(0, colon);
            const auto key = colon == std::string::npos ? name : name.substr(colon + 1);
            const auto i = find_parameter(plan_, file, key);
            if (i == plan_.parameters.size())
                refuse(fmt::format("`--zip`: no `-S` sets `{}`{}", name,
                                   base::suggestion(name, names_of(plan_))));
            if (!plan_.parameters[i].is_swept)
                refuse(fmt::format("`--zip`: `{}` is no sweep", name));
            found.push_back(i);
        }
        return found;
    }

    void zip(const std::vector<std::size_t>& group) {
        const auto& first = plan_.parameters[group[0]];
        for (const auto i : group)
            if (plan_.parameters[i].size != first.size)
                refuse(fmt::format("`--zip` pairs lists of one length: `{}` has {}, `{}` has {}",
                                   first.override.name(), base::count(first.size, "value"),
                                   plan_.parameters[i].override.name(),
                                   base::count(plan_.parameters[i].size, "value")));
        const auto belongs = [&group](const Axis& axis) {
            return axis.parameters.size() == 1 &&
                   std::find(group.begin(), group.end(), axis.parameters[0]) != group.end();
        };
        const auto place = std::find_if(plan_.axes.begin(), plan_.axes.end(), belongs);
        const auto end = std::remove_if(std::next(place), plan_.axes.end(), belongs);
        place->parameters = group;
        plan_.axes.erase(end, plan_.axes.end());
    }

    const Grid& grid_;
    With with_;
    std::optional<Shuffler> shuffler_;
    Plan plan_;
};

} // namespace

std::size_t Plan::size() const {
    std::size_t product = 1;
    for (const auto& axis : axes)
        if (__builtin_mul_overflow(product, axis.size, &product))
            return std::numeric_limits<std::size_t>::max();
    return product;
}

Plan plan(const Grid& grid, With with) {
    return Planner(grid, with).make();
}

std::size_t find_parameter(const Plan& plan, const std::string& file, const std::string& key) {
    const auto found =
        std::find_if(plan.parameters.begin(), plan.parameters.end(), [&](const Parameter& one) {
            return one.override.key == key && file_of(one.override.file) == file_of(file) &&
                   one.override.change != Change::remove;
        });
    return static_cast<std::size_t>(found - plan.parameters.begin());
}

std::vector<std::string> names_of(const Plan& plan) {
    std::vector<std::string> names;
    for (const auto& parameter : plan.parameters)
        names.push_back(parameter.override.name());
    return names;
}

} // namespace rdvc::sweep
