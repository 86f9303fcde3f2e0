// A page as a man page. Source of the macros: man(7), groff_man(7).

#include <fmt/core.h>

#include "base/text.hpp"
#include "help/page.hpp"

namespace rdvc::help {

namespace {

// Text in which nothing is a request or an escape; what has backticks is bold.
std::string escaped(std::string_view text) {
    std::string all;
    bool is_bold = false;
    for (const char c : text)
        if (c == '`') {
            all += is_bold ? "\\fR" : "\\fB";
            is_bold = !is_bold;
        } else if (c == '\\') {
            all += "\\e";
        } else if (c == '-') {
            all += "\\-";
        } else if (c == '~') {
            all += "\\(ti";
        } else if (c == '^') {
            all += "\\(ha";
        } else if (c == '\'') {
            all += "\\(aq";
        } else {
            all += c;
        }
    if (is_bold)
        all += "\\fR";
    return all.starts_with(".") ? "\\&" + all : all;
}

std::string bold(std::string_view text) {
    return "\\fB" + escaped(text) + "\\fR";
}

std::string tagged(const std::string& tag, std::string_view text) {
    return fmt::format(".TP\n{}\n{}\n", tag, text.empty() ? "\\&" : escaped(text));
}

std::string tag_of(const Row& row) {
    std::vector<std::string> names;
    for (const auto& name : row.names())
        names.push_back(bold(name));
    auto tag = base::join(names, ", ");
    if (!row.metavar.empty())
        tag += (row.metavar.starts_with("[=") ? ""
                : row.name.empty()            ? " "
                                              : "=") +
               fmt::format("\\fI{}\\fR", escaped(row.metavar));
    return tag;
}

// The first sentence of the summary, as the line that whatis(1) lists.
std::string line_of(std::string_view summary) {
    std::string line;
    for (const char c : summary.substr(0, summary.find(". ")))
        if (c != '`')
            line += c == '\n' ? ' ' : c;
    line = base::trim(line);
    if (line.ends_with("."))
        line.pop_back();
    if (line.size() > 1 && line[1] >= 'a' && line[1] <= 'z')
        line[0] = base::lower(line.substr(0, 1))[0];
    return line;
}

std::string heading(std::string_view title) {
    return fmt::format(".SH \"{}\"\n", escaped(base::upper(std::string(title))));
}

} // namespace

std::string man_page_name(std::string_view command) {
    std::string name = "rdvc";
    for (const auto& word : base::words(command))
        name += "-" + word;
    return name;
}

std::string as_man_page(const Page& page, std::string_view version) {
    const auto name = man_page_name(page.command);
    const auto typed = page.command.empty() ? "rdvc" : "rdvc " + page.command;
    auto text =
        fmt::format(".TH {} 1 \"\" \"rdvc {}\"\n", escaped(base::upper(name)), escaped(version));
    text +=
        heading("name") + fmt::format("{} \\- {}\n", escaped(name), escaped(line_of(page.summary)));
    text += heading("synopsis");
    for (std::size_t i = 0; i < page.usage.size(); ++i)
        text +=
            fmt::format("{}{} {}\n", i == 0 ? "" : ".br\n", bold(typed), escaped(page.usage[i]));
    text += heading("description");
    bool is_first = true;
    for (const auto& paragraph : base::split(page.summary, '\n'))
        if (!paragraph.empty()) {
            text += (is_first ? "" : ".PP\n") + escaped(paragraph) + "\n";
            is_first = false;
        }
    const auto& examples = examples_of(page.command);
    if (!examples.empty())
        text += heading("examples");
    for (const auto& example : examples)
        text += tagged(bold(example.line), example.meaning);
    for (const auto& section : page.sections) {
        if (section.rows.empty() && section.elsewhere.empty())
            continue;
        text += heading(section.title);
        if (!section.elsewhere.empty())
            text += escaped(section.elsewhere) + "\n";
        else
            for (const auto& row : section.rows)
                text += tagged(tag_of(row), row.help);
    }
    if (!page.command.empty())
        text += heading("see also") + "\\fBrdvc\\fR(1)\n";
    return text;
}

} // namespace rdvc::help
