// What `rdvc run` sends to the login node, taken apart as in `cluster/login/submit.sh`.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "ledger/ledger.hpp"
#include "script/embedded.hpp"
#include "script/render.hpp"
#include "support/demo_project.hpp"

namespace rdvc::tests {

/// The elements that bash makes of an array of a request.
inline std::vector<std::string> words_of(const std::string& program, const std::string& name) {
    base::ProcessRunner runner;
    auto words = base::split(runner
                                 .run({.argv = {"bash", "-c",
                                                "words=" + assigned(program, name) +
                                                    "; ((${#words[@]} == 0)) || printf '%s\\0' "
                                                    "\"${words[@]}\""}})
                                 .out,
                             '\0');
    words.pop_back();
    return words;
}

/// The program, then the bytes that it takes from the same stream.
struct Received {
    std::string program;
    std::string script;
    std::string tasks;
    std::string environment;
    std::string tags;
    std::string functions;
    std::vector<std::string> packs; ///< one a mirror
};

inline Received received(const std::string& input) {
    const auto call = script::request_text("submit").call;
    auto last = "source <(printf '%s' \"${sent_text%x}\")\n" + call;
    if (input.find(last) == std::string::npos)
        last = script::embedded_without_comments("login/lib/load.sh") + call;
    const auto end = input.find(last);
    EXPECT_NE(end, std::string::npos) << "the program is incomplete";
    Received all;
    all.program = input.substr(0, end + last.size());
    std::size_t at = all.program.size();
    const auto next = [&](const std::string& size) {
        const auto n = std::stoul(size);
        at += n;
        return input.substr(at - n, n);
    };
    all.script = next(assigned(all.program, "script_size"));
    all.tasks = next(assigned(all.program, "tasks_size"));
    all.environment = next(assigned(all.program, "environment_size"));
    all.tags = next(assigned(all.program, "tags_size"));
    all.functions = next(assigned(all.program, "functions_size"));
    for (const auto& size : words_of(all.program, "pack_sizes"))
        all.packs.push_back(next(size));
    EXPECT_EQ(at, input.size()) << "there is more than was announced";
    for (const auto* list : {"mirrors", "tips", "haves", "boundaries"})
        EXPECT_EQ(words_of(all.program, list).size(), all.packs.size()) << list;
    return all;
}

/// What the laptop recorded.
inline std::vector<ledger::Record> ledger_of(const DemoProject& demo) {
    return ledger::Ledger(demo.folder / "home" / ".local" / "state" / "rdvc").read();
}

} // namespace rdvc::tests
