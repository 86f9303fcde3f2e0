// `rdvc table` of an answer's live files. Sections are `metrics NAME` and `plots NAME`; the text
// before the first one is the stream itself.

#include <nlohmann/json.hpp>

#include "support.hpp"
#include "table/plot.hpp"
#include "table/write.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(table) {
    std::vector<table::Facts> tasks;
    table::PlotsOf plots;
    const auto add = [&](const table::LiveRecord& record) {
        table::Facts facts{.task = record.task, .name = "s", .state = "running"};
        for (const auto& file : record.files())
            if (auto metrics = table::read_metrics(file.path, file.content))
                facts.metrics.push_back({file.path, std::move(*metrics)});
        tasks.push_back(std::move(facts));
        plots[record.task] = record.files();
    };
    for (const auto& [section, content] : fuzz::sections(fuzz::text_of(data, size))) {
        const auto [kind, name] = base::key_and_value(section);
        table::LiveReader reader(add);
        if (section.empty())
            reader.feed(content);
        else
            add({kind, static_cast<unsigned>(tasks.size() + 1),
                 "file " + std::to_string(content.size()) + " " + name + "\n" + content + "\n"});
    }
    auto all = table::make_table(tasks);
    for (const std::size_t width : {20U, 80U}) {
        const auto text = table::as_text(all, {.width = width});
        fuzz::check(fuzz::is_clean(text), "a table is printable");
    }
    fuzz::check(nlohmann::json::accept(table::as_json(all, {})), "JSON is valid");
    table::as_csv(all);
    for (const auto& column : all.columns) {
        fuzz::only_errors([&] { table::sort_rows(all, {column.name, true}); });
        fuzz::only_errors([&] {
            const auto figure = table::compare(
                all, table::parse_plot(all, column.name + ":" + all.columns[0].name));
            fuzz::check(fuzz::is_clean(table::draw_text(figure, {})), "a plot is printable");
            fuzz::check(table::draw_svg(figure).find('\x1b') == std::string::npos,
                        "XML has no controls");
        });
        fuzz::only_errors([&] {
            const auto figure = table::curves_of(all, plots, column.name);
            fuzz::check(fuzz::is_clean(table::draw_text(figure, {})), "curves are printable");
        });
    }
    return 0;
}
