#include "remote/told.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "submission/token.hpp"

namespace rdvc::remote {

// The file's first line is a hash of the rest, because it is written without waiting for the disk.
// Then follow `TOKEN DIGEST` and the lines of that submission, each after a blank.
std::vector<Told> read_told(const std::filesystem::path& file) {
    std::vector<Told> all;
    try {
        const auto content = base::read_file(file).value_or("");
        const auto end = content.find('\n');
        if (end == std::string::npos ||
            content.substr(0, end) != base::short_hash(content.substr(end + 1)))
            return {};
        for (const auto& line : base::lines(content.substr(end + 1)))
            if (line.starts_with(' ') && !all.empty()) {
                all.back().lines.push_back(line.substr(1));
            } else {
                const auto [token, digest] = base::key_and_value(line);
                if (!submission::is_token(token))
                    return {};
                all.push_back({token, digest, {}});
            }
    } catch (const base::Error&) { // unreadable
        return {};
    }
    return all;
}

void write_told(const std::filesystem::path& file, std::vector<Told> now,
                const std::vector<Told>& before) {
    constexpr std::size_t most = 100;
    for (const auto& one : before)
        if (std::none_of(now.begin(), now.end(),
                         [&](const Told& other) { return other.token == one.token; }))
            now.push_back(one);
    std::erase_if(now, [](const Told& one) { return one.digest.empty() || one.digest == "-"; });
    now.resize(std::min(now.size(), most));
    if (now == before)
        return;
    std::string text;
    for (const auto& one : now) {
        text += fmt::format("{} {}\n", one.token, one.digest);
        for (const auto& line : one.lines)
            text += " " + line + "\n";
    }
    try {
        base::write_file(file, base::short_hash(text) + "\n" + text, base::Synced::no);
    } catch (const base::Error&) {
        return; // the disk is full, for example: the cluster sends everything again
    }
}

} // namespace rdvc::remote
