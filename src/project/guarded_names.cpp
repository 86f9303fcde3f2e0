#include "project/guarded_names.hpp"

#include <algorithm>
#include <array>

namespace rdvc::project {

namespace {

// With `*` at the end: every name that begins so. Its program runs, sources or obeys each of them
// without asking.
constexpr auto guarded_patterns = std::to_array<std::string_view>({
    // clang-format off
    ".git", ".gitattributes", ".gitmodules", ".gitconfig", ".lfsconfig", ".hg", ".hgrc", ".svn", ".bzr", ".jj",
    ".dvc", ".rdvc", ".husky", ".pre-commit-config*",
    ".bash*", ".zsh*", ".zprofile", ".zlog*", ".profile", ".login", ".logout", ".csh*", ".tcsh*", ".ksh*", ".mksh*",
    ".ssh", ".inputrc", ".screenrc", ".tmux*",
    ".env*", ".direnv*", ".autoenv*", ".mise*", ".tool-versions", ".python-version",
    ".vscode*", ".vs", ".idea*", ".fleet", ".zed", ".cursor*", ".devcontainer*", ".helix",
    ".vim*", ".nvim*", ".exrc", ".gvimrc", ".lvimrc*", ".ycm_extra_conf*", ".emacs*", ".dir-locals*", ".clangd",
    ".gdbinit*", ".lldbinit*", ".pdbrc*", ".ipython", ".jupyter", ".pythonrc*", ".pypirc", ".condarc", ".netrc",
    ".npmrc", ".yarn*", ".pnp*", ".cargo", ".bazelrc", ".rprofile", ".renviron", ".julia", ".octaverc",
    ".curlrc", ".wgetrc", ".claude*", ".mcp.json",
    // clang-format on
});

// HFS+ ignores these; Git does the same for `.git`.
bool is_ignored(unsigned code) {
    return (code >= 0x200c && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) ||
           (code >= 0x206a && code <= 0x206f) || code == 0xfeff;
}

// The code point of three bytes of UTF-8 at `at`, or 0.
unsigned three_bytes(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    if (at + 2 >= text.size() || (byte(0) & 0xf0U) != 0xe0U || (byte(1) & 0xc0U) != 0x80U ||
        (byte(2) & 0xc0U) != 0x80U)
        return 0;
    return ((byte(0) & 0x0fU) << 12U) | ((byte(1) & 0x3fU) << 6U) | (byte(2) & 0x3fU);
}

bool matches(std::string_view pattern, std::string_view name) {
    if (pattern.ends_with('*'))
        return name.starts_with(pattern.substr(0, pattern.size() - 1));
    return name == pattern;
}

// `gitatt~1` for `.gitattributes`: six characters without the dot, and a number.
bool is_short_name_of(std::string_view pattern, std::string_view name) {
    const auto tilde = name.find('~');
    if (tilde == std::string_view::npos || tilde == 0 || tilde + 1 == name.size() ||
        name.find_first_not_of("0123456789", tilde + 1) != std::string_view::npos)
        return false;
    const auto start = name.substr(0, tilde);
    if (pattern.ends_with('*'))
        return start.starts_with(pattern.substr(1, std::min<std::size_t>(pattern.size() - 2, 6)));
    return start == pattern.substr(1, 6);
}

} // namespace

std::string folded_name(std::string_view name) {
    std::string folded;
    for (std::size_t at = 0; at < name.size(); ++at) {
        const auto code = three_bytes(name, at);
        if (is_ignored(code)) {
            at += 2;
        } else if (code == 0x212a) { // KELVIN SIGN
            folded += 'k';
            at += 2;
        } else if (name.substr(at).starts_with("\xc5\xbf")) { // LATIN SMALL LETTER LONG S
            folded += 's';
            ++at;
        } else {
            folded +=
                name[at] >= 'A' && name[at] <= 'Z' ? static_cast<char>(name[at] + 32) : name[at];
        }
    }
    folded.resize(std::min(folded.find(':'), folded.size())); // an NTFS stream
    folded.resize(folded.find_last_not_of(". ") + 1);         // npos + 1 is 0
    return folded;
}

bool is_git_folder(std::string_view name) {
    const auto folded = folded_name(name);
    return folded == ".git" || folded == "git~1";
}

bool is_guarded_name(std::string_view name) {
    const auto folded = folded_name(name);
    return std::any_of(guarded_patterns.begin(), guarded_patterns.end(),
                       [&](std::string_view pattern) {
                           return matches(pattern, folded) || is_short_name_of(pattern, folded);
                       });
}

} // namespace rdvc::project
