#include "environment/selection.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/text.hpp"
#include "environment/names.hpp"
#include "environment/pattern.hpp"

namespace rdvc::environment {

namespace {

/// How to treat the names of Python modules among the words of a line.
enum class Modules {
    none, ///< the words are paths only
    take, ///< a module is an input, but is not read: an installation needs only its version
    read  ///< the module runs, so the modules and files that it names are inputs, too
};

constexpr std::size_t longest_text = 3000; // lines of a text that are read

bool is_word(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("_.+@/-").find(c) != std::string_view::npos ||
           static_cast<unsigned char>(c) >= 0x80;
}

// The words of a line: paths, names of modules, options.
std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    for (std::size_t at = 0; at < line.size();) {
        const auto begin =
            std::find_if(line.begin() + static_cast<std::ptrdiff_t>(at), line.end(), is_word);
        const auto end = std::find_if_not(begin, line.end(), is_word);
        if (begin != end)
            words.emplace_back(&*begin, static_cast<std::size_t>(end - begin));
        at = static_cast<std::size_t>(end - line.begin());
    }
    return words;
}

// `word` without leading `/`, `./` and `../`.
std::string_view without_dots(std::string_view word) {
    for (;;) {
        const auto slash = word.find('/');
        if (slash > 2 || word.substr(0, slash).find_first_not_of('.') != std::string_view::npos)
            return word;
        word.remove_prefix(slash + 1);
    }
}

bool ends_at_slash(std::string_view text, std::string_view end) {
    return text.ends_with(end) &&
           (text.size() == end.size() || text[text.size() - end.size() - 1] == '/');
}

// True if one of them is the end of the other, starting at a slash.
bool ends_alike(std::string_view path, std::string_view word) {
    return word.size() > path.size() ? ends_at_slash(word, path) : ends_at_slash(path, word);
}

// True for a module's name in an import: `a.b.c`.
bool is_module(std::string_view word) {
    const bool is_first_right =
        !word.empty() && (word[0] == '_' || std::isalpha(static_cast<unsigned char>(word[0])) != 0);
    return is_first_right && !word.ends_with(".py") &&
           std::all_of(word.begin(), word.end(), [](char c) {
               return c == '_' || c == '.' || std::isalnum(static_cast<unsigned char>(c)) != 0;
           });
}

bool is_configuration(std::string_view path) {
    return path.ends_with(".toml") || path.ends_with(".cfg");
}

// How to treat the names of modules in this line of a file.
Modules modules_in(std::string_view path, const std::string& line) {
    static const Pattern imports({"(^|[;:])[ \t]*(import|from)[ \t]", "python[0-9.]* +-c"});
    if (!is_configuration(path) && imports.matches(line))
        return Modules::read;
    const bool names_version =
        line.find("attr") != std::string::npos || line.find("version") != std::string::npos;
    return names_version && (is_configuration(path) || base_name(path) == "setup.py")
               ? Modules::take
               : Modules::none;
}

// Recognises comments and settings of tools that check code: they name files that setup does not
// read.
class Asides {
  public:
    bool is_aside(std::string_view path, const std::string& line) {
        static const Pattern tools(
            {"^\\[+(tool[.:])?(ruff|mypy|pytest|black|isort|coverage|pylint|(based)?pyright|flake8|"
             "bandit|pydocstyle|pycodestyle|codespell|tox|towncrier|commitizen|bumpversion|bumpver|"
             "semantic_release|interrogate|vulture|deptry|yapf|djlint|cibuildwheel|ty)([]._:-]|$"
             ")"});
        if (is_configuration(path) && line.starts_with('['))
            in_tool_ = tools.matches(line);
        const auto first = line.find_first_not_of(" \t");
        return in_tool_ || (first != std::string::npos && line[first] == '#');
    }

  private:
    bool in_tool_ = false;
};

class Selector {
  public:
    explicit Selector(const std::vector<TrackedFile>& tracked) {
        for (const auto& file : tracked) {
            const auto base = base_name(file.path);
            by_base_[base].push_back(&file);
            if (is_project_file(base)) {
                take(file);
                if (!is_lock_file(base))
                    read(file);
            } else if (is_compiled(base) || file.mode == "160000") {
                take(file);
            }
        }
    }

    Selection run(const std::string& commands, const ReadFiles& read_files) {
        for (const auto& line : base::split(commands, '\n'))
            look_at_line(line, Modules::none);
        Selection selection;
        while (!queue_.empty()) {
            const auto files = std::exchange(queue_, {});
            auto contents = read_files(files);
            for (std::size_t i = 0; i < files.size(); ++i) {
                look_at_text(files[i]->path, contents[i]);
                selection.texts.push_back({files[i]->path, std::move(contents[i])});
            }
        }
        for (const auto* file : taken_)
            selection.files.push_back(*file);
        return selection;
    }

  private:
    struct ByPath {
        bool operator()(const TrackedFile* a, const TrackedFile* b) const {
            return a->path < b->path;
        }
    };

    void take(const TrackedFile& file) { taken_.insert(&file); }

    void read(const TrackedFile& file) {
        if (file.mode != "160000" && queued_.insert(&file).second)
            queue_.push_back(&file);
    }

    void look_at_text(const std::string& path, const std::string& content) {
        Asides asides;
        std::size_t n = 0;
        for (const auto& line : base::lines(content)) {
            if (++n > longest_text)
                break;
            if (asides.is_aside(path, line))
                continue;
            look_at_line(line, modules_in(path, line));
            if (line.find("flit_core") != std::string::npos) // flit takes the version from there
                look("__init__.py", Modules::take);
        }
    }

    void look_at_line(std::string_view line, Modules modules) {
        const auto words = words_of(line);
        for (std::size_t i = 0; i < words.size(); ++i)
            look(words[i], i > 0 && words[i - 1] == "-m" ? Modules::read : modules);
    }

    void look(std::string_view word, Modules modules) {
        word = without_dots(word);
        if (word.empty() || !seen_.at(static_cast<std::size_t>(modules)).emplace(word).second)
            return;
        // The first component may be the value of a variable.
        find(word, word.substr(word.find('/') + 1), modules);
        if (modules == Modules::none)
            return;
        word.remove_prefix(
            std::min(word.find_first_not_of('.'), word.size())); // beside this module
        if (!is_module(word))
            return;
        std::string path(word);
        std::replace(path.begin(), path.end(), '.', '/');
        for (auto end = path.size(); end != std::string::npos; end = path.rfind('/')) {
            path.resize(end);
            for (const auto* file : {".py", "/__init__.py", "/__main__.py"})
                find(path + file, path + file, modules);
        }
    }

    // Takes the files whose path ends like `word` or `rest`.
    void find(std::string_view word, std::string_view rest, Modules modules) {
        const auto same = by_base_.find(base_name(word));
        if (same == by_base_.end())
            return;
        for (const auto* file : same->second) {
            if (!ends_alike(file->path, word) && !ends_alike(file->path, rest))
                continue;
            if (is_notes(file->path))
                continue;
            take(*file);
            if (modules != Modules::take && is_readable(base_name(file->path)))
                read(*file);
        }
    }

    std::unordered_map<std::string_view, std::vector<const TrackedFile*>> by_base_;
    std::set<const TrackedFile*, ByPath> taken_;
    std::set<const TrackedFile*> queued_;
    std::vector<const TrackedFile*> queue_;
    std::array<std::unordered_set<std::string>, 3> seen_; ///< words that were looked up,
                                                          ///< for each of Modules
};

} // namespace

Selection select_files(const std::vector<TrackedFile>& tracked, const std::string& commands,
                       const ReadFiles& read) {
    return Selector(tracked).run(commands, read);
}

} // namespace rdvc::environment
