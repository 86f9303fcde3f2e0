#include "submission/placeholders.hpp"

#include <algorithm>
#include <functional>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace rdvc::submission {

namespace {

// `lr`, `model.lr`, `data/params.yaml:lr`: not `1..5`, `a,b`, `print $1` or JSON.
bool looks_like_key(std::string_view text) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    constexpr std::string_view others = "0123456789.-/:@";
    return !text.empty() && letters.find(text.front()) != std::string_view::npos &&
           std::all_of(text.begin(), text.end(), [&](char c) {
               return letters.find(c) != std::string_view::npos ||
                      others.find(c) != std::string_view::npos;
           });
}

struct Placeholder {
    std::string key;
    bool is_escaped = false; ///< `{{KEY}}`
};

// The text of the word, with what `text_for` makes of each placeholder.
std::string replaced(std::string_view word, const std::function<bool(std::string_view)>& is_key,
                     const std::function<std::string(const Placeholder&)>& text_for) {
    std::string text;
    for (std::size_t at = 0; at < word.size();) {
        const auto rest = word.substr(at);
        const bool twice = rest.starts_with("{{");
        const std::size_t begin = twice ? 2 : 1;
        const bool is_variable = at > 0 && word[at - 1] == '$'; // of a shell: `${HOME}`
        const auto end = rest.find('}');
        const bool is_closed = end != std::string_view::npos && end > begin &&
                               (!twice || rest.substr(end).starts_with("}}"));
        if (rest.front() == '{' && !is_variable && is_closed &&
            is_key(rest.substr(begin, end - begin))) {
            text += text_for({std::string(rest.substr(begin, end - begin)), twice});
            at += end + begin;
            continue;
        }
        text += word[at++];
    }
    return text;
}

} // namespace

std::vector<std::string> fill_in(const std::vector<std::string>& words,
                                 const std::vector<sweep::Setting>& settings) {
    std::vector<std::string> keys;
    for (const auto& setting : settings)
        keys.push_back(setting.key);
    const auto index = [&](std::string_view key) {
        return static_cast<std::size_t>(std::find(keys.begin(), keys.end(), key) - keys.begin());
    };
    const auto is_key = [&](std::string_view text) {
        return index(text) < keys.size() || looks_like_key(text);
    };
    const auto text_for = [&](const Placeholder& placeholder) {
        const auto& key = placeholder.key;
        if (placeholder.is_escaped)
            return "{" + key + "}";
        if (index(key) == keys.size())
            throw base::Error(base::Exit::usage,
                              fmt::format("the command has `{{{}}}`, and the sweep has no "
                                          "parameter `{}`{}",
                                          key, key, base::suggestion(key, keys)))
                .context("its parameters are: " + base::join(keys, ", "))
                .hint(fmt::format("for the text itself, write {{{{{}}}}}", key));
        return settings[index(key)].value;
    };
    std::vector<std::string> filled;
    for (const auto& word : words)
        filled.push_back(replaced(word, is_key, text_for));
    return filled;
}

bool mentions(const std::vector<std::string>& words, const std::string& key) {
    bool found = false;
    for (const auto& word : words)
        replaced(
            word, [&](std::string_view text) { return text == key || looks_like_key(text); },
            [&](const Placeholder& placeholder) {
                found = found || (!placeholder.is_escaped && placeholder.key == key);
                return std::string();
            });
    return found;
}

} // namespace rdvc::submission
