// The words of Hydra's override grammar. Source: hydra/grammar/OverrideLexer.g4 of Hydra 1.3.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rdvc::sweep {

enum class Token {
    equal,
    tilde,
    plus,
    at,
    colon,
    slash,
    id,
    key_special,
    dot_path,
    paren_open,
    comma,
    paren_close,
    bracket_open,
    bracket_close,
    brace_open,
    brace_close,
    floating,
    integer,
    boolean,
    null,
    unquoted_char,
    escape,
    blanks,
    quoted,
    interpolation,
    end,
};

struct Lexeme {
    Token token = Token::end;
    std::size_t at = 0; ///< bytes from the start of the override
    std::string_view text;
};

/// What is wrong with an override, and where.
struct Problem {
    std::size_t at = 0; ///< bytes from its start
    std::string what;
};

/// The lexemes of `KEY=VALUE`, from byte `start`; the last one is the end. They refer to `word`.
/// Throws Problem for what is none.
std::vector<Lexeme> lexemes(std::string_view word, std::size_t start);

} // namespace rdvc::sweep
