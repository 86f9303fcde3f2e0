#include "project/failure.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"

namespace rdvc::project {

namespace {

constexpr std::string_view dvc_error = "ERROR: ";

bool tells_of_an_error(const std::string& line) {
    static constexpr std::array<std::string_view, 12> words = {
        "error",  "exception", "fatal", "not found", "no such", "killed",
        "failed", "cannot",    "can't", "unable to", "denied",  "segmentation fault"};
    const auto text = base::lower(line);
    return std::any_of(words.begin(), words.end(),
                       [&](auto word) { return text.find(word) != std::string::npos; });
}

// What DVC prints before and after the stage's own output.
bool is_dvc_notice(const std::string& line) {
    static constexpr std::array<std::string_view, 6> starts = {"> ",
                                                               "Running stage ",
                                                               "WARNING: ",
                                                               "Generating lock file ",
                                                               "Updating lock file ",
                                                               "Having any troubles?"};
    return std::any_of(starts.begin(), starts.end(),
                       [&](auto start) { return line.starts_with(start); });
}

// The last non-empty line above `end`, if it reports an error.
std::string last_error_before(const std::vector<std::string>& lines, std::size_t end) {
    for (auto i = end; i-- > 0;)
        if (const auto line = base::trim(lines[i]); !line.empty())
            return tells_of_an_error(line) && !is_dvc_notice(lines[i]) ? line : "";
    return "";
}

// DVC's message that begins at `at`: indented lines, or lines after an empty one, are details. A
// command of several lines is part of the sentence.
std::string dvc_message(const std::vector<std::string>& lines, std::size_t at) {
    auto message = lines[at].substr(dvc_error.size());
    constexpr std::string_view unexpected = "unexpected error - ";
    if (message.starts_with(unexpected))
        message.erase(0, unexpected.size());
    const bool ran = message.find(": failed to run: ") != std::string::npos;
    for (auto i = at + 1; i < lines.size(); ++i) {
        const bool within = ran && message.find(", exited with ") == std::string::npos;
        if (!within && (lines[i].empty() || lines[i].starts_with(' ') || is_dvc_notice(lines[i])))
            break;
        message += " " + base::trim(lines[i]);
    }
    return message;
}

// Cuts between characters; a command in the middle may have any length, and its exit code is at the
// end.
std::string bounded(std::string text) {
    constexpr std::size_t most = 400;
    constexpr std::size_t tail = 180;
    text = base::printable(text);
    if (text.size() <= most)
        return text;
    const auto is_inner = [&](std::size_t i) {
        return (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U;
    };
    auto from = text.size() - tail;
    while (from < text.size() && is_inner(from))
        ++from;
    auto to = most - tail - 5;
    while (to > 0 && is_inner(to))
        --to;
    return text.substr(0, to) + " ... " + text.substr(from);
}

} // namespace

std::string plain(std::string_view line) {
    while (line.ends_with('\r'))
        line.remove_suffix(1);
    line.remove_prefix(line.rfind('\r') + 1); // npos + 1 is 0
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '\x1b' && i + 1 < line.size() && line[i + 1] == '[') {
            i = line.find_first_not_of("0123456789;?", i + 2);
            if (i == std::string_view::npos)
                break;
        } else {
            text += line[i] == '\t' ? ' ' : line[i];
        }
    }
    return text;
}

std::string failure_in(const std::vector<std::string>& lines) {
    std::vector<std::string> read;
    read.reserve(lines.size());
    for (const auto& line : lines)
        read.push_back(plain(line));
    const auto last = std::find_if(read.rbegin(), read.rend(), [](const std::string& line) {
        return line.starts_with(dvc_error);
    });
    if (last == read.rend()) {
        for (auto i = read.size(); i-- > 0;)
            if (tells_of_an_error(read[i]) && !is_dvc_notice(read[i]))
                return bounded(base::trim(read[i]));
        return "";
    }
    const auto at = static_cast<std::size_t>(read.rend() - last) - 1;
    auto message = dvc_message(read, at);
    // The stage's program has reported the reason itself.
    if (message.find(": failed to run: ") != std::string::npos)
        if (const auto reason = last_error_before(read, at); !reason.empty())
            message += ": " + reason;
    return bounded(message);
}

namespace {

constexpr std::string_view traceback = "Traceback (most recent call last):";

// A log's lines, and those without colours.
struct Lines {
    std::vector<std::string> raw;
    std::vector<std::string> read;
};

bool is_mark(const std::string& line) {
    return line.starts_with("=== rdvc ");
}

// How Python says that an exception was raised from another one, whose traceback is above.
bool joins_tracebacks(const std::string& line) {
    return line.find("During handling of the above exception, another") != std::string::npos ||
           line.find("The above exception was the direct cause of") != std::string::npos;
}

// The line after the traceback that begins at `at`, up to `end`: its indented lines, then the
// exception's. Programs may print something before each line, such as `[rank0]: `.
std::size_t end_of_traceback(const std::vector<std::string>& lines, std::size_t at,
                             std::size_t end) {
    const auto before = lines[at].substr(0, lines[at].find(traceback));
    auto i = at + 1;
    while (i < end &&
           (lines[i].substr(0, before.size()) != before ||
            lines[i].substr(before.size()).starts_with(' ') || lines[i].size() == before.size()))
        ++i;
    return std::min(i + 1, end);
}

// The first line of the tracebacks that this one was raised from, or `at`.
std::size_t first_traceback(const std::vector<std::string>& lines, std::size_t at,
                            std::size_t begin) {
    for (auto i = at; i-- > begin;) {
        if (joins_tracebacks(lines[i])) {
            while (i > begin && lines[i].find(traceback) == std::string::npos)
                --i;
            at = lines[i].find(traceback) == std::string::npos ? at : i;
        } else if (!base::trim(lines[i]).empty() && lines[i].size() > 12) {
            break; // neither empty nor only what is printed before each line
        }
    }
    return at;
}

// The lines of an error: the first, and the one after the last.
struct Place {
    std::size_t first = 0;
    std::size_t after = 0;
};

// The last error in these lines: a traceback, if one ends in it or shortly before.
std::optional<Place> last_error_in(const std::vector<std::string>& lines, std::size_t begin,
                                   std::size_t end) {
    auto last = end;
    while (last > begin && (!tells_of_an_error(lines[last - 1]) || is_dvc_notice(lines[last - 1])))
        --last;
    std::optional<Place> found;
    if (last > begin)
        found = Place{last - 1, last};
    constexpr std::size_t near = 40; // what a program prints between a traceback and its end
    for (auto i = end; i-- > begin;) {
        if (lines[i].find(traceback) == std::string::npos)
            continue;
        const auto after = end_of_traceback(lines, i, end);
        if (!found || after + near >= found->after)
            found = Place{first_traceback(lines, i, begin),
                          std::max(after, found ? found->after : after)};
        break;
    }
    return found;
}

} // namespace

std::string last_failure(std::string_view log) {
    Lines lines{base::lines(log), {}};
    for (const auto& line : lines.raw)
        lines.read.push_back(plain(line));
    const auto& read = lines.read;
    auto end = read.size();
    while (end > 0 && !read[end - 1].starts_with("rdvc: error: "))
        --end;
    const bool failed = end > 0; // and that is what rdvc says of it
    end = failed ? end - 1 : read.size();
    auto begin = end;
    while (failed && begin > 0 && !is_mark(read[begin - 1]))
        --begin;
    if (!failed)
        begin = 0;
    auto place = last_error_in(read, begin, end);
    if (!place && !failed)
        return "";
    if (!place)
        place = Place{end, end};
    constexpr std::size_t around = 10;
    std::string text;
    const auto add = [&](std::size_t first, std::size_t after) {
        for (auto i = first; i < after; ++i)
            text += lines.raw[i] + "\n";
    };
    auto mark = place->first;
    while (mark > 0 && !is_mark(read[mark - 1]))
        --mark;
    const auto first = std::max(mark, place->first - std::min(place->first, around));
    if (mark > 0) {
        add(mark - 1, mark);
        text += first > mark ? "...\n" : "";
    }
    const auto after = std::min(place->after + around, end);
    add(first, after);
    if (failed) {
        text += after < end ? "...\n" : "";
        add(end, end + 1);
    }
    return text;
}

std::string failure_in_log(std::string_view log) {
    std::vector<std::string> phase;
    std::optional<std::vector<std::string>> failed;
    for (auto& line : base::lines(log)) {
        if (line.starts_with("=== rdvc ")) {
            phase.clear();
            if (line.starts_with("=== rdvc restart "))
                failed.reset();
        } else if (line.starts_with("rdvc: error: ")) {
            failed = phase;
        } else if (!line.starts_with("rdvc: ")) {
            phase.push_back(std::move(line));
        }
    }
    return failed ? failure_in(*failed) : "";
}

} // namespace rdvc::project
