#include "project/setups.hpp"

#include <algorithm>
#include <array>

#include "base/files.hpp"
#include "base/text.hpp"

namespace rdvc::project {

namespace {

struct Row {
    std::string_view file;
    std::string_view setup;
    std::string_view activate;
    std::string_view add_dvc; ///< what brings DVC into it
    std::string_view note = {};
};

constexpr std::string_view venv = "source .venv/bin/activate";
constexpr std::string_view conda_note =
    "conda writes the checkout's path into programs; if `rdvc env list` names that as the reason "
    "why the environment is built in each job, put it outside of the checkout and name it in "
    "env.outside";

// In order of precedence. All of them leave the result in the checkout, compiled. Sources: the
// tools' references of `uv sync`, `poetry install`, `pdm sync`, `pixi install`, `pixi shell-hook`,
// `conda env create`, `cmake --install`.
constexpr std::array<Row, 10> rows = {{
    {"uv.lock", "UV_COMPILE_BYTECODE=1 uv sync --frozen", venv, "uv add dvc"},
    {"poetry.lock", "POETRY_VIRTUALENVS_IN_PROJECT=1 poetry install --compile", venv,
     "poetry add dvc"},
    {"pdm.lock", "PDM_VENV_IN_PROJECT=1 pdm sync", venv, "pdm add dvc"},
    {"pixi.lock", "pixi install --frozen", "eval \"$(pixi shell-hook --frozen)\"", "pixi add dvc",
     conda_note},
    {"environment.yml", "conda env create --prefix .conda --file environment.yml",
     "export CONDA_PREFIX=\"$PWD/.conda\" PATH=\"$PWD/.conda/bin:$PATH\"",
     "add dvc to environment.yml", conda_note},
    {"environment.yaml", "conda env create --prefix .conda --file environment.yaml",
     "export CONDA_PREFIX=\"$PWD/.conda\" PATH=\"$PWD/.conda/bin:$PATH\"",
     "add dvc to environment.yaml", conda_note},
    {"requirements.txt", "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt", venv,
     "add dvc to requirements.txt"},
    {"pyproject.toml", "python3 -m venv .venv && .venv/bin/pip install -e .", venv,
     "add dvc to its dependencies"},
    {"setup.py", "python3 -m venv .venv && .venv/bin/pip install -e .", venv,
     "add dvc to its dependencies"},
    {"CMakeLists.txt",
     "b=$(mktemp -d) && trap 'rm -rf \"$b\"' EXIT && cmake -S . -B \"$b\" "
     "-DCMAKE_BUILD_TYPE=Release && cmake --build \"$b\" && cmake --install \"$b\" --prefix .local",
     "export PATH=\"$PWD/.local/bin:$PATH\"", "write an init_env.sh that installs both",
     "what `cmake --install` puts into .local is reused, a build folder is not"},
}};

bool is_one_of(const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// A pyproject.toml with only linter settings is not a package.
bool is_package(const ReadFile& read) {
    for (const auto& line : base::lines(read("pyproject.toml").value_or("")))
        if (const auto text = base::trim(line); text.starts_with("[project]") ||
                                                text.starts_with("[build-system]") ||
                                                text.starts_with("[tool.poetry]"))
            return true;
    return false;
}

bool is_script(const std::string& name) {
    return name.starts_with("init_") && name.ends_with(".sh");
}

// The two that rdvc uses without a setting come first.
std::optional<std::string> find_script(std::vector<std::string> names) {
    for (const auto* usual : {"init_python_venv.sh", "init_env.sh"})
        if (is_one_of(names, usual))
            return usual;
    std::sort(names.begin(), names.end());
    const auto found = std::find_if(names.begin(), names.end(), is_script);
    return found == names.end() ? std::nullopt : std::optional(*found);
}

bool names_dvc(const Row& row, const ReadFile& read) {
    std::string text = read(std::string(row.file)).value_or("");
    if (row.file == "requirements.txt" || row.file == "setup.py")
        text += read("pyproject.toml").value_or("") + read("setup.cfg").value_or("");
    return text.find("dvc") != std::string::npos;
}

Setup from_row(const Row& row, const std::vector<std::string>& names, const ReadFile& read) {
    Setup found{std::string(row.file), std::string(row.setup), std::string(row.activate)};
    if (row.file == "requirements.txt" && (is_package(read) || is_one_of(names, "setup.py")))
        found.setup += " -e .";
    if (!names_dvc(row, read))
        found.notes.push_back("jobs need `dvc` in the environment, and " + found.file +
                              " does not name it: " + std::string(row.add_dvc));
    if (!row.note.empty())
        found.notes.emplace_back(row.note);
    return found;
}

} // namespace

std::optional<Setup> propose_setup(const std::vector<std::string>& names, const ReadFile& read) {
    if (const auto script = find_script(names))
        return Setup{*script, "./" + *script, std::string(venv)};
    for (const auto& row : rows) {
        if (!is_one_of(names, row.file) || (row.file == "pyproject.toml" && !is_package(read)))
            continue;
        return from_row(row, names, read);
    }
    return std::nullopt;
}

std::vector<std::string> costs_of_setup(const std::string& setup, const ReadFile& read) {
    std::string text = setup + "\n";
    for (const auto* name : {"pyproject.toml", "setup.cfg", "setup.py"})
        text += read(name).value_or("") + "\n";
    if (const auto program = setup.substr(0, setup.find(' ')); program.starts_with("./"))
        text += read(program.substr(2)).value_or("");
    const auto has_any = [&](const std::vector<std::string_view>& words) {
        return std::any_of(words.begin(), words.end(),
                           [&](auto word) { return text.find(word) != std::string::npos; });
    };
    std::vector<std::string> costs;
    if (has_any({"editable_mode=strict", "editable_mode = \"strict\"", "editable-mode=strict"}))
        costs.emplace_back("with setuptools' strict editable mode the environment is built again "
                           "in each job; without it, once");
    if (has_any({"setuptools_scm", "setuptools-scm", "hatch-vcs", "versioneer", "versioningit",
                 "dunamai", "poetry-dynamic-versioning", "git describe"}))
        costs.emplace_back("versions from Git's tags: each commit and each edit has an environment "
                           "of its own, unless env.ignore = [\".git\"] says that the version does "
                           "not matter");
    return costs;
}

ReadFile reader_of(const std::filesystem::path& folder) {
    return [folder](const std::string& name) -> std::optional<std::string> {
        if (!std::filesystem::is_regular_file(folder / name))
            return std::nullopt;
        return base::read_file(folder / name);
    };
}

std::optional<Setup> propose_setup(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        names.push_back(entry.path().filename().string());
    return propose_setup(names, reader_of(folder));
}

std::optional<std::string> missing_script(const std::string& setup,
                                          const std::filesystem::path& folder) {
    auto program = setup.substr(0, setup.find(' '));
    if (!program.starts_with("./") || std::filesystem::exists(folder / program))
        return std::nullopt;
    return program;
}

} // namespace rdvc::project
