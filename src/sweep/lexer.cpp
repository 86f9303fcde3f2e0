#include "sweep/lexer.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace rdvc::sweep {

namespace {

// Each rule gives the length of what it matches at the start of a text, 0 for nothing.

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::size_t blanks(std::string_view text) {
    return std::min(text.find_first_not_of(" \t"), text.size());
}

template <char mark>
std::size_t character(std::string_view text) {
    return text.starts_with(mark) ? 1 : 0;
}

enum class Blanks { none, before, after, around };

template <char mark, Blanks where>
std::size_t character_and_blanks(std::string_view text) {
    std::size_t n = where == Blanks::before || where == Blanks::around ? blanks(text) : 0;
    if (!text.substr(n).starts_with(mark))
        return 0;
    ++n;
    return n + (where == Blanks::after || where == Blanks::around ? blanks(text.substr(n)) : 0);
}

// DIGIT ('_'? DIGIT)*
std::size_t digits(std::string_view text) {
    std::size_t n = 0;
    while (n < text.size()) {
        const auto next = n > 0 && text[n] == '_' ? n + 1 : n;
        if (next >= text.size() || !base::is_digit(text[next]))
            break;
        n = next + 1;
    }
    return n;
}

std::size_t unsigned_integer(std::string_view text) {
    return text.starts_with('0') ? 1 : digits(text);
}

std::size_t sign(std::string_view text) {
    return text.starts_with('+') || text.starts_with('-') ? 1 : 0;
}

std::size_t integer(std::string_view text) {
    const auto n = sign(text);
    const auto size = unsigned_integer(text.substr(n));
    return size > 0 ? n + size : 0;
}

std::size_t point_float(std::string_view text) {
    const auto whole = unsigned_integer(text);
    if (!text.substr(whole).starts_with('.'))
        return 0;
    const auto fraction = digits(text.substr(whole + 1));
    return whole + fraction > 0 ? whole + 1 + fraction : 0;
}

std::size_t exponent_float(std::string_view text) {
    const auto point = point_float(text);
    auto n = point > 0 ? point : unsigned_integer(text);
    if (n == 0 || n == text.size() || (text[n] != 'e' && text[n] != 'E'))
        return 0;
    ++n;
    n += sign(text.substr(n));
    const auto size = digits(text.substr(n));
    return size > 0 ? n + size : 0;
}

std::size_t word(std::string_view text, std::string_view lower) {
    return base::lower(std::string(text.substr(0, lower.size()))) == lower ? lower.size() : 0;
}

std::size_t floating(std::string_view text) {
    const auto n = sign(text);
    const auto rest = text.substr(n);
    const auto size =
        std::max({point_float(rest), exponent_float(rest), word(rest, "inf"), word(rest, "nan")});
    return size > 0 ? n + size : 0;
}

std::size_t boolean(std::string_view text) {
    return std::max(word(text, "true"), word(text, "false"));
}

std::size_t null(std::string_view text) {
    return word(text, "null");
}

std::size_t name(std::string_view text, std::string_view more) {
    std::size_t n = 0;
    while (n < text.size() &&
           (is_letter(text[n]) || text[n] == '_' || more.find(text[n]) != std::string_view::npos ||
            (n > 0 && (base::is_digit(text[n]) || text[n] == '-'))))
        ++n;
    return n;
}

std::size_t id(std::string_view text) {
    return name(text, "");
}

std::size_t key_special(std::string_view text) {
    return name(text, "$");
}

std::size_t dot_path(std::string_view text) {
    const auto part = [](std::string_view rest) {
        return std::max(key_special(rest), unsigned_integer(rest));
    };
    std::size_t n = part(text);
    std::size_t parts = n > 0 ? 1 : 0;
    while (n > 0 && text.substr(n).starts_with('.')) {
        const auto size = part(text.substr(n + 1));
        if (size == 0)
            break;
        n += 1 + size;
        ++parts;
    }
    return parts > 1 ? n : 0;
}

std::size_t unquoted_character(std::string_view text) {
    return !text.empty() && std::string_view("/-\\+.$%*@?|").find(text[0]) != std::string_view::npos
               ? 1
               : 0;
}

std::size_t escape(std::string_view text) {
    std::size_t n = 0;
    while (n + 1 < text.size() && text[n] == '\\' &&
           std::string_view("\\()[]{}:=, \t").find(text[n + 1]) != std::string_view::npos)
        n += 2;
    return n;
}

// To the next quote of its kind that has an even number of backslashes before it.
std::size_t quoted(std::string_view text) {
    if (!text.starts_with('"') && !text.starts_with('\''))
        return 0;
    std::size_t backslashes = 0;
    for (std::size_t n = 1; n < text.size(); ++n) {
        if (text[n] == text[0] && backslashes % 2 == 0)
            return n + 1;
        backslashes = text[n] == '\\' ? backslashes + 1 : 0;
    }
    return 0;
}

std::size_t interpolation(std::string_view text) {
    const auto end = text.find('}');
    return text.starts_with("${") && end != std::string_view::npos && end > 2 ? end + 1 : 0;
}

struct Rule {
    Token token;
    std::size_t (*match)(std::string_view text);
};

// The longest match counts, of equal ones the first.
constexpr std::array<Rule, 9> key_rules = {{
    {Token::equal, character_and_blanks<'=', Blanks::after>},
    {Token::tilde, character<'~'>},
    {Token::plus, character<'+'>},
    {Token::at, character<'@'>},
    {Token::colon, character<':'>},
    {Token::slash, character<'/'>},
    {Token::id, id},
    {Token::key_special, key_special},
    {Token::dot_path, dot_path},
}};

constexpr std::array<Rule, 19> value_rules = {{
    {Token::paren_open, character_and_blanks<'(', Blanks::around>},
    {Token::comma, character_and_blanks<',', Blanks::around>},
    {Token::paren_close, character_and_blanks<')', Blanks::before>},
    {Token::bracket_open, character_and_blanks<'[', Blanks::after>},
    {Token::bracket_close, character_and_blanks<']', Blanks::before>},
    {Token::brace_open, character_and_blanks<'{', Blanks::after>},
    {Token::brace_close, character_and_blanks<'}', Blanks::before>},
    {Token::colon, character_and_blanks<':', Blanks::around>},
    {Token::equal, character_and_blanks<'=', Blanks::around>},
    {Token::floating, floating},
    {Token::integer, integer},
    {Token::boolean, boolean},
    {Token::null, null},
    {Token::unquoted_char, unquoted_character},
    {Token::id, id},
    {Token::escape, escape},
    {Token::blanks, blanks},
    {Token::quoted, quoted},
    {Token::interpolation, interpolation},
}};

template <std::size_t size>
Lexeme longest(const std::array<Rule, size>& rules, std::string_view word, std::size_t at) {
    Lexeme best{Token::end, at, {}};
    for (const auto& rule : rules)
        if (const auto length = rule.match(word.substr(at)); length > best.text.size())
            best = {rule.token, at, word.substr(at, length)};
    return best;
}

std::string nothing_starts_here(std::string_view rest, bool in_value) {
    if (in_value && (rest[0] == '\'' || rest[0] == '"'))
        return std::string("the quote `") + rest[0] + "` is not closed";
    const auto character =
        std::string(rest.substr(0, std::max<std::size_t>(base::character_length(rest), 1)));
    return in_value ? "`" + character + "` is allowed only in quotes"
                    : "`" + character + "` cannot be part of a parameter's name";
}

} // namespace

std::vector<Lexeme> lexemes(std::string_view word, std::size_t start) {
    std::vector<Lexeme> all;
    bool in_value = false;
    for (auto at = start; at < word.size(); at += all.back().text.size()) {
        const auto found = in_value ? longest(value_rules, word, at) : longest(key_rules, word, at);
        if (found.text.empty())
            throw Problem{at, nothing_starts_here(word.substr(at), in_value)};
        in_value = in_value || found.token == Token::equal;
        all.push_back(found);
    }
    all.push_back({Token::end, word.size(), {}});
    return all;
}

} // namespace rdvc::sweep
