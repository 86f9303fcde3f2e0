#include "templates/names.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/text.hpp"

namespace rdvc::templates {

namespace {

constexpr std::size_t longest = 40;

// Folders of every project, which a package beside them would be taken for.
constexpr std::string_view folders = "config data metrics src templates test tests ";

// Names that a package would hide, or be hidden by.
constexpr std::string_view python_library =
    "abc aifc annotationlib antigravity argparse array ast asynchat asyncio asyncore atexit "
    "audioop base64 bdb binascii binhex bisect builtins bz2 cprofile calendar cgi cgitb chunk "
    "cmath cmd code codecs codeop collections colorsys compileall compression concurrent "
    "configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses "
    "datetime dbm decimal difflib dis distutils doctest email encodings ensurepip enum errno "
    "faulthandler fcntl filecmp fileinput fnmatch formatter fractions ftplib functools gc "
    "genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http "
    "idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json keyword lib2to3 "
    "linecache locale logging lzma macpath mailbox mailcap marshal math mimetypes mmap "
    "modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers "
    "opcode operator optparse os ossaudiodev parser pathlib pdb pickle pickletools pipes "
    "pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile "
    "pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource "
    "rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site smtpd "
    "smtplib sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl "
    "stat statistics string stringprep struct subprocess sunau symbol symtable sys sysconfig "
    "syslog tabnanny tarfile telnetlib tempfile termios textwrap this threading time timeit "
    "tkinter token tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types "
    "typing unicodedata unittest urllib uu uuid venv warnings wave weakref webbrowser winreg "
    "winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo ";
constexpr std::string_view python_keywords =
    "and as assert async await break case class continue def del elif else except false finally "
    "for from global if import in is lambda match none nonlocal not or pass raise return true "
    "try while with yield ";
// What the projects depend on, by the names of packages and of modules.
constexpr std::string_view python_dependencies =
    "black dvc dvclive hatchling hydra hydra_core joblib mypy numpy omegaconf pre_commit pytest "
    "pyyaml ruff scikit_learn scipy sklearn types_pyyaml uv yaml ";

// Source: ISO C++20, [lex.key]; `std` is its library.
constexpr std::string_view cpp_keywords =
    "alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t "
    "char16_t char32_t class compl concept const consteval constexpr constinit const_cast "
    "continue co_await co_return co_yield decltype default delete do double dynamic_cast else "
    "enum explicit export extern false float for friend goto if inline int long mutable "
    "namespace new noexcept not not_eq nullptr operator or or_eq private protected public "
    "register reinterpret_cast requires return short signed sizeof static static_assert "
    "static_cast struct switch template this thread_local throw true try typedef typeid "
    "typename union unsigned using virtual void volatile wchar_t while xor xor_eq ";
constexpr std::string_view cpp_dependencies = "gtest nlohmann std testing yaml yaml_cpp ";

struct Reserved {
    std::string_view kind; ///< "" for all kinds
    std::string_view names;
    std::string_view what;
};

constexpr std::array<Reserved, 6> reserved = {{
    {"", folders, "the name of a folder in every project"},
    {"python", python_keywords, "a keyword of Python"},
    {"python", python_library, "a module of Python itself"},
    {"python", python_dependencies, "the name of a package that the project depends on"},
    {"cpp", cpp_keywords, "a keyword of C++"},
    {"cpp", cpp_dependencies, "the name of a library that the project depends on"},
}};

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_allowed(char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool has_word(std::string_view list, const std::string& word) {
    return (" " + std::string(list)).find(" " + word + " ") != std::string::npos;
}

} // namespace

std::string identifier(std::string_view name) {
    auto text = base::lower(std::string(name));
    std::replace(text.begin(), text.end(), '-', '_');
    return text;
}

std::string objection_to(std::string_view name, std::string_view kind) {
    if (name.empty())
        return "is empty";
    if (!is_letter(name.front()))
        return "does not begin with a letter";
    if (!std::all_of(name.begin(), name.end(), is_allowed))
        return "has other characters than letters without accents, digits, `-` and `_`";
    if (name.back() == '-' || name.back() == '_')
        return "ends in `-` or `_`";
    if (name.size() > longest)
        return fmt::format("is longer than {} characters", longest);
    for (const auto& row : reserved)
        if ((row.kind.empty() || row.kind == kind) && has_word(row.names, identifier(name)))
            return fmt::format("is {}", row.what);
    return "";
}

} // namespace rdvc::templates
