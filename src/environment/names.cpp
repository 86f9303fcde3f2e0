#include "environment/names.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace rdvc::environment {

namespace {

using Names = std::set<std::string_view>;

const Names& project_files() {
    static const Names names = {
        // Python
        "pyproject.toml", "setup.py", "setup.cfg", "uv.lock", "uv.toml", "poetry.lock",
        "poetry.toml", "pdm.lock", "pdm.toml", "Pipfile", "Pipfile.lock", "MANIFEST.in",
        "hatch_build.py", ".python-version", ".condarc", "pixi.toml", "pixi.lock",
        // JavaScript
        "package.json", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml",
        "bun.lock", "bun.lockb", ".npmrc",
        // Rust, Go, C and C++
        "Cargo.toml", "Cargo.lock", "rust-toolchain", "rust-toolchain.toml", "go.mod", "go.sum",
        "go.work", "CMakeLists.txt", "CMakePresets.json", "conanfile.txt", "conanfile.py",
        "vcpkg.json", "GNUMakefile", "GNUmakefile", "Makefile", "makefile", "Justfile", "justfile",
        "meson.build", "meson_options.txt", "meson.options", "SConstruct", "SConscript", "BUILD",
        "BUILD.bazel", "WORKSPACE", "WORKSPACE.bazel", "MODULE.bazel", "configure", "configure.ac",
        "configure.in",
        // R, Julia, Ruby, Java
        "renv.lock", ".Rprofile", "DESCRIPTION", "NAMESPACE", "Project.toml", "Manifest.toml",
        "Gemfile", "Gemfile.lock", "pom.xml", "build.gradle", "build.gradle.kts", "settings.gradle",
        "settings.gradle.kts",
        // whole systems
        ".tool-versions", "mise.toml", "flake.nix", "flake.lock", "default.nix", "shell.nix",
        "spack.yaml", "spack.lock", "apt.txt", "postBuild"};
    return names;
}

struct Family {
    std::string_view prefix;
    std::string_view suffix;
};

constexpr std::array<Family, 11> project_families = {{{"requirements", ".txt"},
                                                      {"requirements", ".in"},
                                                      {"constraints", ".txt"},
                                                      {"pylock", ".toml"},
                                                      {"environment", ".yml"},
                                                      {"environment", ".yaml"},
                                                      {"conda", ".yml"},
                                                      {"conda", ".yaml"},
                                                      {"conda", ".lock"},
                                                      {"conda", ".txt"},
                                                      {"explicit", ".txt"}}};

const Names& compiled_suffixes() {
    static const Names suffixes = {
        "c",   "cc",    "cp",    "cpp", "cxx",   "c++",   "h",   "hh",     "hpp",   "hxx", "inc",
        "inl", "ipp",   "tcc",   "tpp", "cu",    "cuh",   "hip", "cl",     "f",     "for", "f77",
        "f90", "f95",   "f03",   "f08", "F",     "F90",   "F95", "pyx",    "pxd",   "pxi", "rs",
        "go",  "java",  "scala", "kt",  "kts",   "cs",    "fs",  "swift",  "m",     "mm",  "zig",
        "nim", "d",     "ml",    "mli", "hs",    "proto", "fbs", "thrift", "capnp", "i",   "swg",
        "l",   "ll",    "y",     "yy",  "s",     "S",     "asm", "cmake",  "am",    "ac",  "m4",
        "mk",  "bazel", "bzl",   "in",  "patch", "diff"};
    return suffixes;
}

const Names& data_suffixes() {
    static const Names suffixes = {"csv",         "tsv",   "parquet", "npy", "npz", "pkl", "pickle",
                                   "png",         "jpg",   "jpeg",    "gif", "svg", "pdf", "gz",
                                   "bz2",         "xz",    "zst",     "zip", "whl", "tar", "h5",
                                   "hdf5",        "db",    "sqlite",  "bin", "pt",  "pth", "onnx",
                                   "safetensors", "ipynb", "lock"};
    return suffixes;
}

// The part after the last dot; "" if there is no dot.
std::string_view suffix_of(std::string_view base) {
    const auto dot = base.rfind('.');
    return dot == std::string_view::npos ? std::string_view() : base.substr(dot + 1);
}

} // namespace

std::string_view base_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

bool is_project_file(std::string_view base) {
    if (project_files().count(base) > 0)
        return true;
    return std::any_of(project_families.begin(), project_families.end(), [&](const Family& family) {
        return base.size() >= family.prefix.size() + family.suffix.size() &&
               base.starts_with(family.prefix) && base.ends_with(family.suffix);
    });
}

bool is_compiled(std::string_view base) {
    return compiled_suffixes().count(suffix_of(base)) > 0;
}

bool is_lock_file(std::string_view base) {
    return base.find("lock") != std::string_view::npos;
}

bool is_readable(std::string_view base) {
    return data_suffixes().count(suffix_of(base)) == 0;
}

bool is_notes(std::string_view path) {
    const auto base = base_name(path);
    if (path.ends_with(".md") || path.ends_with(".rst"))
        return true;
    constexpr std::array<std::string_view, 5> names = {"LICENSE", "LICENCE", "COPYING", "NOTICE",
                                                       "README"};
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view name) { return base.starts_with(name); });
}

} // namespace rdvc::environment
