// The part of Jinja that rdvc renders itself, and the names of projects.

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "support/git_repository.hpp"
#include "templates/names.hpp"
#include "templates/render.hpp"

namespace rdvc::templates {
namespace {

const Variables variables = {{"name", "my-fit"}, {"package", "my_fit"}, {"formatter", "black"}};

std::string error_of(const std::string& text) {
    try {
        return "rendered: " + render(text, variables);
    } catch (const base::Error& error) {
        return base::lines(error.message()).at(0) + " (" + error.context() + ")";
    }
}

TEST(Render, FillsVariables) {
    EXPECT_EQ(render("", variables), "");
    EXPECT_EQ(render("a {b} } %}\n", variables), "a {b} } %}\n");
    EXPECT_EQ(render("{{ name }}/{{package}}{{  name  }}", variables), "my-fit/my_fitmy-fit");
    EXPECT_EQ(render("x\n\n{{ name }}\ny", variables), "x\n\nmy-fit\ny");
}

TEST(Render, SelectsLines) {
    const std::string text = "a\n  {% if formatter == \"black\" %}\nblack\n{% else %}\nruff\n"
                             "{% endif %}\nz {{ name }}\n";
    EXPECT_EQ(render(text, variables), "a\nblack\nz my-fit\n");
    auto other = variables;
    other["formatter"] = "ruff";
    EXPECT_EQ(render(text, other), "a\nruff\nz my-fit\n");
    EXPECT_EQ(render("{% if name == 'x' %}\n{{ unknown }}\n{% endif %}\n", variables), "");
}

TEST(Render, RefusesWhatItDoesNotRender) {
    EXPECT_EQ(error_of("a\n{{ nmae }}"),
              "error: the template asks for `nmae`, did you mean `name`? (line 2)");
    EXPECT_EQ(error_of("{{ name | upper }}"),
              "error: rdvc does not render `{{ name | upper }}` (line 1)");
    EXPECT_EQ(error_of("\n{{ name"), "error: rdvc does not render `{{ name` (line 2)");
    for (const auto* text : {"{% for a in b %}", "{# comment #}", "x {% if name == 'x' %}",
                             "{% if name %}", "{% else %}", "{% endif %}", "{%%}", "{% if %} %}"})
        EXPECT_TRUE(error_of(text).starts_with("error: rdvc does not render `")) << error_of(text);
    EXPECT_EQ(error_of("{% if name == 'x' %}\n"), "error: the template lacks `{% endif %}` ()");
    EXPECT_TRUE(error_of("{% if name == 'x' %}\n{% if name == 'x' %}\n")
                    .starts_with("error: rdvc does not render `"));
}

TEST(Render, RendersPathsAndDropsTheSuffix) {
    const auto files = render({{"copier.yml", "x"},
                               {"src/{{ package }}/a.py.jinja", "{{ name }}"},
                               {"raw", "{{ name }}"}},
                              variables);
    ASSERT_EQ(files.size(), 2U);
    EXPECT_EQ(files[0].path, "src/my_fit/a.py");
    EXPECT_EQ(files[0].content, "my-fit");
    EXPECT_EQ(files[1].content, "{{ name }}");
}

TEST(Render, StaysInsideTheProject) {
    for (const auto* path : {"../a", "a/../../b", "/etc/passwd", "a//b", ".git/hooks/pre-commit",
                             "a/.GIT/config", "a\\b", "a\nb", ".jinja", "{{ evil }}/x"}) {
        auto known = variables;
        known["evil"] = "..";
        EXPECT_THROW(render(Files{{path, ""}}, known), base::Error) << path;
    }
    EXPECT_THROW(render(Files{{"a", ""}, {"a.jinja", ""}}, variables), base::Error);
}

TEST(BuiltIn, TemplatesRender) {
    auto all = variables;
    all["author"] = "Ada";
    for (const auto& kind : kinds()) {
        const auto files = render(built_in(kind.name), all);
        EXPECT_GT(files.size(), 20U) << kind.name;
        for (const auto& file : files)
            EXPECT_EQ(file.path.find("jinja"), std::string::npos) << file.path;
    }
    EXPECT_THROW(built_in("rust"), base::Error);
}

TEST(Names, OfProjects) {
    for (const auto* name : {"x", "my-fit", "My_Fit2", "esol"})
        EXPECT_EQ(objection_to(name, "python"), "") << name;
    for (const auto* name :
         {"", "2x", "-x", ".x", "a b", "a/b", "..", "é", "x\n", "x-", "x_", "src", "Tests"})
        EXPECT_NE(objection_to(name, ""), "") << name;
    EXPECT_NE(objection_to(std::string(41, 'x'), ""), "");
    EXPECT_EQ(objection_to("class", ""), "");
    EXPECT_EQ(objection_to("namespace", "cpp"), "is a keyword of C++");
    EXPECT_EQ(objection_to("namespace", "python"), "");
    EXPECT_EQ(objection_to("Scikit-Learn", "python"),
              "is the name of a package that the project depends on");
}

TEST(Names, OfPythonsOwnModulesAndKeywordsAreTaken) {
    const auto all = tests::run_program(
        {"python3", "-c",
         "import sys, keyword; print(*[n for n in sys.stdlib_module_names if n[0] != '_'], "
         "*keyword.kwlist)"});
    const auto names = base::words(all);
    EXPECT_GT(names.size(), 100U);
    for (const auto& name : names)
        EXPECT_NE(objection_to(name, "python"), "") << name;
}

} // namespace
} // namespace rdvc::templates
