// `rdvc table`: a submission's tasks with their parameters and metrics, also while they run.

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/core.h>

#include "base/files.hpp"
#include "bring/table.hpp"
#include "commands/command.hpp"
#include "commands/one_submission.hpp"
#include "world/redraw.hpp"

namespace rdvc::commands {

using base::Error;
using base::Exit;

namespace {

constexpr unsigned curves_shown = 5;
constexpr std::size_t few_tasks = 20; // whose plots come with the first answer

using Names = std::vector<std::string>;

struct Wishes {
    std::string sort;
    unsigned best = 0;
    bool watch = false;
    bool csv = false;
    bool json = false;
    std::string plot;
    std::string svg;
};

void check(const Wishes& wishes) {
    if (wishes.csv + wishes.json + !wishes.plot.empty() > 1)
        throw Error(Exit::usage, "`--csv`, `--json` and `--plot` exclude each other");
    if (!wishes.svg.empty() && wishes.plot.empty())
        throw Error(Exit::usage, "`--svg` needs `--plot`: it is a picture of the plot");
    if (wishes.best > 0 && wishes.sort.empty() && wishes.plot.empty())
        throw Error(Exit::usage, "`--best` needs `--sort`, which says what is better")
            .context("--sort loss: the smallest is the best\n--sort=-accuracy: the largest is the "
                     "best");
}

class Show {
  public:
    Show(world::World& world, const Wishes& wishes, OneSubmission::Place place)
        : world_(world), wishes_(wishes), place_(std::move(place)) {}

    // Asks the cluster, and returns what to print. Sets `has_ended`.
    std::string once(bool is_last = true) {
        const bool has_few = count_ <= few_tasks;
        auto answer = ask(wishes_.plot.empty() || !has_few ? Names() : Names{"all"});
        has_ended = answer.has_ended;
        summary = answer.summary;
        count_ = answer.table.rows.size();
        if (is_last)
            bring::tell_gaps(world_.console, answer);
        return wishes_.plot.empty() ? as_table(answer) : as_plot(answer, has_few);
    }

    bool has_ended = false;
    std::string summary;

  private:
    bring::TableAnswer ask(const Names& plots) {
        return bring::ask_for_table(world_, place_.project, place_.cluster, place_.target, plots);
    }

    void select(table::Table& table, const table::Order& order, unsigned best) const {
        if (!order.name.empty())
            table::sort_rows(table, order);
        if (best > 0)
            table::keep_best(table, order, best);
    }

    std::string as_table(bring::TableAnswer& answer) {
        const auto order = table::parse_order(wishes_.sort);
        select(answer.table, order, wishes_.best);
        if (wishes_.csv)
            return table::as_csv(answer.table);
        if (wishes_.json)
            return table::as_json(answer.table, answer.submission);
        table::Fit fit{.column = order.name};
        if (const auto size = world_.console.size()) {
            fit.width = size->columns;
            if (wishes_.watch && !has_ended) // what leaves the screen cannot be redrawn
                fit.rows = size->lines - std::min<std::size_t>(size->lines - 1, 6);
        }
        return table::as_text(answer.table, fit);
    }

    std::string as_plot(bring::TableAnswer& answer, bool has_plots) {
        const auto plot = table::parse_plot(answer.table, wishes_.plot);
        const auto order = wishes_.sort.empty() ? plot.metric : table::parse_order(wishes_.sort);
        if (!plot.param.empty()) {
            select(answer.table, order.name.empty() || wishes_.best == 0 ? table::Order() : order,
                   wishes_.best);
            return draw(table::compare(answer.table, plot));
        }
        // A metric that only plots have sorts nothing.
        const bool can_sort = !wishes_.sort.empty() || answer.table.find(order.name);
        select(answer.table, can_sort ? order : table::Order(),
               wishes_.best > 0 ? wishes_.best : curves_shown);
        if (!has_plots) {
            Names tasks;
            for (const auto& row : answer.table.rows)
                tasks.push_back(fmt::format("{}", row.task));
            answer.plots = ask(tasks).plots;
        }
        return draw(table::curves_of(answer.table, answer.plots, plot.metric.name));
    }

    std::string draw(const table::Figure& figure) {
        if (!wishes_.svg.empty()) {
            base::write_open_file(world_.folder / wishes_.svg, table::draw_svg(figure));
            return "";
        }
        const auto size = world_.console.size().value_or(base::TerminalSize());
        constexpr std::size_t tallest = 30;
        return table::draw_text(
            figure, {.columns = size.columns,
                     .lines = std::min(size.lines - std::min<std::size_t>(size.lines, 3), tallest),
                     .has_utf8 = world_.has_utf8(),
                     .has_color = world_.console.has_color()});
    }

    world::World& world_;
    const Wishes& wishes_;
    OneSubmission::Place place_;
    std::size_t count_ = 0; // of tasks, as far as known
};

// Draws again and again until all tasks have ended.
void watch(const world::World& world, Show& show) {
    using namespace std::chrono_literals;
    world::Redraw redraw(world.console);
    constexpr auto most_failures = 120; // ten minutes
    for (int failures = 0; failures < most_failures;) {
        try {
            const auto text = show.once(false);
            failures = 0;
            if (show.has_ended)
                return;
            redraw.draw(show.summary + "\n\n" + text);
        } catch (const Error& error) { // no metrics yet, for example
            const bool is_away = error.code() == Exit::unreachable || error.code() == Exit::unknown;
            if (!is_away && (error.code() != Exit::failed || show.has_ended))
                throw;
            failures += is_away ? 1 : 0;
            redraw.draw(show.summary + "\n\n" + std::string(error.what()) + "\n");
        }
        std::this_thread::sleep_for(5s);
    }
}

} // namespace

Exit table(world::World& world, const Words& words) {
    OneSubmission one;
    Wishes wishes;
    cli::Options options("table",
                         "Shows the parameters, metrics and state of a submission's tasks, "
                         "also while they run.");
    one.add_to(options);
    options
        .text(
            "--sort", wishes.sort,
            "by a metric or parameter, or task, name, state, time, mem, cpu, node: smallest first; "
            "`--sort=-KEY`: largest first",
            "KEY")
        .number("--best", wishes.best, "only the first N by --sort that have a value")
        .text("--plot", wishes.plot,
              "draw METRIC:PARAM, a metric by a parameter, or METRIC, the learning curves of the "
              "best tasks: smallest METRIC; `--plot=-METRIC`: largest",
              "METRIC[:PARAM]")
        .text("--svg", wishes.svg, "write the plot to FILE", "FILE")
        .flag("--watch", wishes.watch, "redraw every 5 seconds until all tasks have ended")
        .flag("--csv", wishes.csv, "as CSV")
        .flag("--json", wishes.json, "as JSON");
    if (!options.parse(words, world.console))
        return Exit::done;
    check(wishes);
    Show show(world, wishes, one.find(world));
    if (wishes.watch)
        watch(world, show);
    world.console.data(show.once());
    if (!wishes.svg.empty())
        world.console.note("wrote " + wishes.svg);
    return Exit::done;
}

} // namespace rdvc::commands
