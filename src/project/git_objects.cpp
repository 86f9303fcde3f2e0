// The part of git.hpp that reads objects.

#include <charconv>

#include <fmt/core.h>

#include "base/text.hpp"
#include "project/git.hpp"

namespace rdvc::project {

std::optional<std::size_t> parse_size(const std::string& text, std::size_t most) {
    std::size_t size = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, size);
    return error == std::errc() && stop == end && size <= most ? std::optional(size) : std::nullopt;
}

std::string on_one_line(const std::string& path) {
    if (path.find('\n') == std::string::npos && !path.ends_with('\r'))
        return path;
    std::string quoted = "\"";
    for (const char c : path) {
        if (c == '"' || c == '\\')
            quoted += '\\';
        quoted += c == '\n' ? std::string("\\n") : std::string(1, c);
    }
    return quoted + '"';
}

std::vector<std::optional<std::string>> read_objects(base::Runner& runner,
                                                     const Repository& repository,
                                                     const std::vector<std::string>& names,
                                                     std::string_view type) {
    std::vector<std::optional<std::string>> objects(names.size());
    if (names.empty())
        return objects;
    const auto answer =
        ask_git(runner, repository, {"cat-file", "--batch"}, base::join(names, "\n") + "\n");
    std::size_t at = 0; // "OBJECT TYPE SIZE", content, line feed; or "... missing"
    for (auto& object : objects) {
        const auto end = answer.find('\n', at);
        if (end == std::string::npos)
            break;
        const auto head = base::words(answer.substr(at, end - at));
        at = end + 1;
        const auto size = head.size() == 3 ? parse_size(head[2], answer.size() - at) : std::nullopt;
        if (!size)
            continue;
        if (head[1] == type)
            object = answer.substr(at, *size);
        at += *size + 1;
    }
    return objects;
}

std::vector<std::optional<std::string>> read_blobs(base::Runner& runner,
                                                   const Repository& repository,
                                                   const std::vector<std::string>& names) {
    return read_objects(runner, repository, names, "blob");
}

std::map<std::string, std::string> read_files(base::Runner& runner, const Repository& repository,
                                              const std::string& commit,
                                              const std::vector<std::string>& paths) {
    std::vector<std::string> asked;
    std::vector<std::string> names;
    for (const auto& path : paths)
        if (path.find('\n') == std::string::npos) {
            asked.push_back(path);
            names.push_back(fmt::format("{}:{}", commit, path));
        }
    auto blobs = read_blobs(runner, repository, names);
    std::map<std::string, std::string> files;
    for (std::size_t i = 0; i < asked.size(); ++i)
        if (blobs[i])
            files[asked[i]] = std::move(*blobs[i]);
    return files;
}

bool has_paths(base::Runner& runner, const Repository& repository, const std::string& commit,
               const std::vector<std::string>& paths) {
    std::string questions;
    for (const auto& path : paths)
        if (path != "." && path.find('\n') == std::string::npos)
            questions += fmt::format("{}:{}\n", commit, path);
    return questions.empty() ||
           ask_git(runner, repository, {"cat-file", "--batch-check"}, questions)
                   .find(" missing\n") == std::string::npos;
}

std::vector<std::string> existing_objects(base::Runner& runner, const Repository& repository,
                                          const std::vector<std::string>& objects) {
    if (objects.empty())
        return {};
    std::vector<std::string> existing;
    for (const auto& line : base::lines(ask_git(runner, repository, {"cat-file", "--batch-check"},
                                                base::join(objects, "\n") + "\n")))
        if (!line.ends_with(" missing"))
            existing.push_back(line.substr(0, line.find(' ')));
    return existing;
}

} // namespace rdvc::project
