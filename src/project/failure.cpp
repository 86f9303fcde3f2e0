#include "project/failure.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"

namespace rdvc::project {

namespace {

constexpr std::string_view dvc_error = "ERROR: ";

// Without colours and other sequences `ESC [ ... LETTER`, and without what a progress bar has
// overwritten.
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
