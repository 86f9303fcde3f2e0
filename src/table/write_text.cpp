#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include <fmt/core.h>

#include "base/columns.hpp"
#include "base/text.hpp"
#include "state/usage.hpp"
#include "table/write.hpp"

namespace rdvc::table {

namespace {

constexpr std::size_t longest_text = 32; // of a cell in a terminal
constexpr std::size_t gap = 2;

// A column of text, and what it may be left out for.
struct Strip {
    enum class Role { task, experiment, parameter, metric, state, time, node, usage };

    Role role = Role::task;
    std::string header;
    bool is_number = false; ///< then it ends at the right
    std::vector<std::string> cells;

    [[nodiscard]] std::size_t width() const {
        auto width = base::width_of(header);
        for (const auto& cell : cells)
            width = std::max(width, base::width_of(cell));
        return width;
    }
};

std::string shown(const Value& value, bool is_narrow) {
    constexpr std::size_t most_digits = 10;
    if (value.kind == Value::Kind::none)
        return "-";
    if (value.kind == Value::Kind::number && value.text.size() > most_digits)
        return fmt::format("{:.6g}", value.number);
    const auto text = base::printable(value.text);
    return is_narrow ? base::cut(text, longest_text) : text;
}

class Text {
  public:
    Text(const Table& table, const Fit& fit)
        : table_(table), fit_(fit),
          count_(std::min(table.rows.size(), fit.rows.value_or(table.rows.size()))) {}

    std::string write() {
        collect();
        if (fit_.width && width() > *fit_.width)
            make_fit();
        std::string text;
        using Cell = const std::string&;
        add_line(text, [](const Strip& strip) -> Cell { return strip.header; });
        for (std::size_t i = 0; i < count_; ++i)
            add_line(text, [&](const Strip& strip) -> Cell { return strip.cells[i]; });
        if (count_ < table_.rows.size())
            text += fmt::format("... {} more\n", base::count(table_.rows.size() - count_, "task"));
        if (!left_out_.empty())
            text += base::cut("not shown for lack of room: " + base::join(left_out_, ", "),
                              *fit_.width) +
                    "\n";
        return text;
    }

  private:
    void add(Strip::Role role, const std::string& header, bool is_number,
             const std::function<std::string(const Row&)>& cell) {
        Strip strip{role, base::printable(header), is_number, {}};
        bool has_any = false;
        for (std::size_t i = 0; i < count_; ++i) {
            strip.cells.push_back(cell(table_.rows[i]));
            has_any = has_any || !strip.cells.back().empty();
        }
        if (has_any)
            strips_.push_back(std::move(strip));
    }

    void collect() {
        if (!table_.rows.empty() && table_.rows.front().task > 0)
            add(Strip::Role::task, "TASK", true,
                [](const Row& row) { return fmt::format("{}", row.task); });
        add(Strip::Role::experiment, "EXPERIMENT", false,
            [](const Row& row) { return base::printable(row.name); });
        for (std::size_t i = 0; i < table_.columns.size(); ++i) {
            const auto& column = table_.columns[i];
            const bool is_number =
                std::any_of(table_.rows.begin(), table_.rows.end(), [&](const Row& row) {
                    return row.values[i].kind == Value::Kind::number;
                });
            add(column.kind == Kind::parameter ? Strip::Role::parameter : Strip::Role::metric,
                column.name, is_number,
                [&](const Row& row) { return shown(row.values[i], fit_.width.has_value()); });
        }
        add(Strip::Role::state, "STATE", false,
            [](const Row& row) { return base::printable(row.state); });
        add(Strip::Role::time, "TIME", false, [](const Row& row) {
            return row.seconds ? base::age(static_cast<std::int64_t>(*row.seconds)) : "";
        });
        add(Strip::Role::usage, "MEM", true,
            [](const Row& row) { return row.mem_kib ? state::slurm_size(*row.mem_kib) : ""; });
        add(Strip::Role::usage, "CPU", true,
            [](const Row& row) { return row.cpus ? fmt::format("{:.1f}", *row.cpus) : ""; });
        add(Strip::Role::node, "NODE", false,
            [](const Row& row) { return base::printable(row.node); });
    }

    [[nodiscard]] std::size_t width() const {
        std::size_t sum = 0;
        for (const auto& strip : strips_)
            sum += strip.width() + gap;
        return sum > gap ? sum - gap : sum;
    }

    void make_fit() {
        shorten_headers();
        using enum Strip::Role;
        for (const auto role : {usage, node, experiment, time, metric, parameter})
            while (width() > *fit_.width && leave_out(role)) {
            }
    }

    // `model.optimizer.lr` as `lr`, where no other one ends like that.
    void shorten_headers() {
        std::map<std::string, unsigned> uses;
        const auto last_part = [](const std::string& header) {
            return header.substr(header.find_last_of(".:/") + 1);
        };
        for (const auto& strip : strips_)
            ++uses[last_part(strip.header)];
        for (auto& strip : strips_) {
            const auto part = last_part(strip.header);
            const bool is_ours =
                strip.role == Strip::Role::parameter || strip.role == Strip::Role::metric;
            if (is_ours && uses[part] == 1 && !part.empty() && strip.header != name_of_sorted())
                strip.header = part;
            if (is_ours)
                strip.header = base::cut(strip.header, longest_text);
        }
    }

    [[nodiscard]] std::string name_of_sorted() const { return base::printable(fit_.column); }

    // The last one with this role.
    bool leave_out(Strip::Role role) {
        for (auto strip = strips_.rbegin(); strip != strips_.rend(); ++strip) {
            if (strip->role != role || (!fit_.column.empty() &&
                                        base::lower(strip->header) ==
                                            base::lower(base::cut(name_of_sorted(), longest_text))))
                continue;
            left_out_.insert(left_out_.begin(), base::lower(strip->header));
            strips_.erase(std::next(strip).base());
            return true;
        }
        return false;
    }

    template <typename Cell>
    void add_line(std::string& text, const Cell& cell) {
        if (widths_.empty())
            for (const auto& strip : strips_)
                widths_.push_back(strip.width());
        std::string line;
        for (std::size_t i = 0; i < strips_.size(); ++i) {
            const std::string& content = cell(strips_[i]);
            const auto blanks = widths_[i] - base::width_of(content);
            const bool is_number = strips_[i].is_number;
            line.append((i > 0 ? gap : 0) + (is_number ? blanks : 0), ' ');
            line += content;
            line.append(is_number ? 0 : blanks, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }

    const Table& table_;
    Fit fit_;
    std::size_t count_;
    std::vector<Strip> strips_;
    std::vector<std::size_t> widths_;
    std::vector<std::string> left_out_;
};

} // namespace

std::string as_text(const Value& value) {
    return shown(value, true);
}

std::string as_text(const Table& table, const Fit& fit) {
    return Text(table, fit).write();
}

} // namespace rdvc::table
