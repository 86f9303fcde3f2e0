// What the word at the cursor can be. Pure.
#pragma once

#include <string>
#include <vector>

#include "help/described.hpp"

namespace rdvc::completion {

/// Where the candidates of a value come from.
enum class Source {
    files,
    none,
    fixed,
    submissions,
    clusters,
    instances,
    settings,
    parameters,
    shells
};

/// A candidate and a word on what it is.
struct Candidate {
    std::string word;
    std::string help;

    bool operator==(const Candidate&) const = default;
};

struct Expected {
    Source source = Source::none;
    std::string before;                ///< what of the word stays before each candidate: `--after=`
    std::vector<Candidate> fixed = {}; ///< for Source::fixed

    bool operator==(const Expected&) const = default;
};

/// What can stand at the end of `words`, those after the command; the last one is being typed, and
/// may be "". `options`: what the command has.
Expected expected_at_end(const std::vector<help::Described>& options,
                         const std::vector<std::string>& words);

/// Those of `candidates` that begin with `word`, with `before` in front: a line each, `WORD TAB
/// HELP`.
std::string candidate_lines(const std::vector<Candidate>& candidates, const std::string& before,
                            const std::string& word);

} // namespace rdvc::completion
