#include "remote/wait.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.hpp"

namespace rdvc::remote {

std::string word_of(const Target& target) {
    return target.task == 0 ? target.token : fmt::format("{}.{}", target.token, target.task);
}

End wait_for_end(Cluster& cluster, const world::Console& console, const Target& target,
                 const Cluster::OnFrame& on_news) {
    End end;
    script::Variables variables;
    variables.words = {{"any", ""}};
    variables.lists["tokens"] = {word_of(target)};
    cluster.ask_until_answered(
        console, "wait", [&variables] { return variables; },
        [&](const transport::Frame& frame) {
            end.is_sweep = end.is_sweep || frame.verb == "progress";
            if (frame.verb == "result")
                end.result.insert(base::key_and_value(frame.rest));
            else if (frame.verb == "gone" || frame.verb == "absent")
                end.word = frame.verb == "absent" ? frame.rest : frame.verb;
            else
                on_news(frame);
        });
    return end;
}

void wait_for_ends(Cluster& cluster, const world::Console& console,
                   const std::vector<Target>& targets, bool any,
                   const std::function<void(std::size_t)>& on_end) {
    std::vector<std::string> words;
    for (const auto& target : targets)
        words.push_back(word_of(target));
    std::vector<bool> ended(words.size());
    const auto variables = [&] {
        script::Variables all;
        all.words = {{"any", any ? "1" : "0"}};
        auto& tokens = all.lists["tokens"];
        for (std::size_t i = 0; i < words.size(); ++i)
            if (!ended[i])
                tokens.push_back(words[i]);
        return all;
    };
    cluster.ask_until_answered(console, "wait", variables, [&](const transport::Frame& frame) {
        const auto word = std::find(words.begin(), words.end(), frame.rest);
        const auto i = static_cast<std::size_t>(word - words.begin());
        if (frame.verb != "ended" || word == words.end() || ended[i])
            return;
        ended[i] = true;
        on_end(i);
    });
}

} // namespace rdvc::remote
