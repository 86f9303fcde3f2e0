#include "templates/render.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace rdvc::templates {

using base::Error;
using base::Exit;

namespace {

constexpr std::string_view suffix = ".jinja";

Error wrong(const std::string& what) {
    return Error(Exit::not_ready, what);
}

Error too_much(std::string_view what) {
    return wrong(fmt::format("rdvc does not render `{}`", base::trim(what)))
        .hint("it renders {{ name }} and lines {% if name == \"value\" %}, {% else %}, {% endif %};"
              " a template with a copier.yml is rendered by Copier");
}

const std::string& value_of(const std::string& name, const Variables& variables) {
    const auto found = variables.find(name);
    if (found == variables.end()) {
        std::vector<std::string> names;
        for (const auto& [known, value] : variables)
            names.push_back(known);
        throw wrong(
            fmt::format("the template asks for `{}`{}", name, base::suggestion(name, names)))
            .hint(fmt::format("--data {}=VALUE", name));
    }
    return found->second;
}

// Fills the variables into a text without statements.
std::string fill(std::string_view text, const Variables& variables) {
    std::string filled;
    for (auto open = text.find("{{"); open != std::string_view::npos; open = text.find("{{")) {
        const auto close = text.find("}}", open);
        if (close == std::string_view::npos)
            throw too_much(text.substr(open));
        filled += text.substr(0, open);
        const auto inside = text.substr(open + 2, close - open - 2);
        const auto name = base::trim(inside);
        const bool is_name = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
            return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                   (c >= 'a' && c <= 'z');
        });
        if (!is_name)
            throw too_much("{{" + std::string(inside) + "}}");
        filled += value_of(name, variables);
        text.remove_prefix(close + 2);
    }
    return filled += text;
}

// The statement of a line that consists of `{% statement %}`; nothing for other lines.
std::optional<std::string> statement_of(const std::string& line) {
    const auto text = base::trim(line);
    if (text.find("{%") == std::string::npos && text.find("{#") == std::string::npos)
        return std::nullopt;
    const bool alone =
        text.starts_with("{%") && text.find("%}") == text.size() - 2 && text.size() >= 4;
    if (!alone)
        throw too_much(text);
    return base::trim(std::string_view(text).substr(2, text.size() - 4));
}

// The value of `if name == "value"`; nothing if the statement is another.
std::optional<bool> is_true(const std::string& statement, const Variables& variables) {
    const auto parts = base::words(statement);
    if (parts.size() != 4 || parts[0] != "if" || parts[2] != "==" || parts[3].size() < 2)
        return std::nullopt;
    const auto& quoted = parts[3];
    if ((quoted.front() != '"' && quoted.front() != '\'') || quoted.back() != quoted.front())
        return std::nullopt;
    return value_of(parts[1], variables) == quoted.substr(1, quoted.size() - 2);
}

// Renders line by line; `if` does not nest.
class Renderer {
  public:
    explicit Renderer(const Variables& variables) : variables_(variables) {}

    void add(const std::string& line) {
        if (const auto statement = statement_of(line))
            obey(*statement);
        else if (shows_)
            text_ += fill(line, variables_);
    }

    std::string end() {
        if (inside_)
            throw wrong("the template lacks `{% endif %}`");
        return std::move(text_);
    }

  private:
    void obey(const std::string& statement) {
        const auto condition = is_true(statement, variables_);
        if (condition && !inside_)
            shows_ = *condition;
        else if (statement == "else" && inside_)
            shows_ = !shows_;
        else if (statement == "endif" && inside_)
            shows_ = true;
        else
            throw too_much("{% " + statement + " %}");
        inside_ = statement != "endif";
    }

    const Variables& variables_;
    std::string text_;
    bool inside_ = false; // of an `if`
    bool shows_ = true;
};

// Throws unless the path stays inside of the project.
void check_path(const std::string& path) {
    for (const auto& part : base::split(path, '/')) {
        const bool leads_out = part.empty() || part == "." || part == "..";
        if (leads_out || base::lower(part) == ".git" || part.find('\\') != std::string::npos ||
            base::printable(part) != part)
            throw wrong(fmt::format("the template has a file that rdvc does not write: `{}`",
                                    base::printable(path)));
    }
}

std::string rendered_path(const std::string& path, const Variables& variables) {
    auto rendered = fill(path, variables);
    if (rendered.ends_with(suffix))
        rendered.resize(rendered.size() - suffix.size());
    check_path(rendered);
    return rendered;
}

} // namespace

std::string render(std::string_view text, const Variables& variables) {
    Renderer renderer(variables);
    std::size_t number = 0;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const auto size = end == std::string_view::npos ? text.size() : end + 1;
        ++number;
        try {
            renderer.add(std::string(text.substr(0, size)));
        } catch (Error& error) {
            throw error.context(fmt::format("line {}", number));
        }
        text.remove_prefix(size);
    }
    return renderer.end();
}

Files render(const Files& files, const Variables& variables) {
    Files rendered;
    std::set<std::string> paths;
    for (const auto& file : files) {
        if (file.path == "copier.yml" || file.path == "copier.yaml")
            continue;
        try {
            rendered.push_back(
                {rendered_path(file.path, variables),
                 file.path.ends_with(suffix) ? render(file.content, variables) : file.content});
        } catch (Error& error) {
            const auto place = error.context();
            throw error.context("in " + base::printable(file.path) +
                                (place.empty() ? "" : ", " + place));
        }
        if (!paths.insert(rendered.back().path).second)
            throw wrong(fmt::format("the template has `{}` twice", rendered.back().path));
    }
    return rendered;
}

} // namespace rdvc::templates
