#include "sweep/grammar.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "sweep/functions.hpp"
#include "sweep/lexer.hpp"

namespace rdvc::sweep {

namespace {

bool is_primitive(Token token) {
    switch (token) {
    case Token::id:
    case Token::null:
    case Token::integer:
    case Token::floating:
    case Token::boolean:
    case Token::interpolation:
    case Token::unquoted_char:
    case Token::colon:
    case Token::escape:
    case Token::blanks: return true;
    default: return false;
    }
}

// The same without those that end a key of a map.
bool is_dict_key(Token token) {
    return is_primitive(token) && token != Token::colon && token != Token::interpolation;
}

std::string unescaped(std::string_view text) {
    std::string result;
    for (std::size_t i = 1; i < text.size(); i += 2)
        result += text[i];
    return result;
}

// Of the backslashes before a quote half are meant; others stand for themselves.
Quoted unquoted(std::string_view text) {
    Quoted result{"", text[0]};
    std::size_t backslashes = 0;
    for (const char c : text.substr(1)) {
        if (c == '\\') {
            ++backslashes;
            continue;
        }
        result.text.append(c == text[0] ? backslashes / 2 : backslashes, '\\');
        backslashes = 0;
        result.text += c;
    }
    result.text.pop_back(); // the last quote
    return result;
}

Value typed(const Lexeme& lexeme) {
    switch (lexeme.token) {
    case Token::integer: return {*parse_integer(lexeme.text)};
    case Token::floating: return {*parse_float(lexeme.text)};
    case Token::boolean: return {lexeme.text.size() == std::string_view("true").size()};
    case Token::null: return {Null{}};
    case Token::escape: return {unescaped(lexeme.text)};
    default: return {std::string(lexeme.text)};
    }
}

class Parser {
  public:
    Parser(std::string_view word, std::size_t start, Shuffler* shuffler)
        : lexemes_(lexemes(word, start)), shuffler_(shuffler) {}

    void parse_into(Override& result) {
        if (take(Token::tilde))
            result.change = Change::remove;
        else if (take(Token::plus))
            result.change = take(Token::plus) ? Change::force : Change::add;
        result.key = key();
        if (result.key.empty()) // which Hydra takes for the whole configuration
            fail(unexpected() + ", expected a parameter");
        if (result.change == Change::remove && is(Token::end))
            return;
        expect(Token::equal, "`=` and a value");
        result.value = is(Token::end) ? Value{std::string()} : value();
        if (!is(Token::end))
            fail(unexpected() + ", expected `,` or the end");
    }

  private:
    [[nodiscard]] const Lexeme& current() const { return lexemes_[next_]; }
    [[nodiscard]] bool is(Token token) const { return current().token == token; }

    bool take(Token token) {
        const bool taken = is(token);
        next_ += taken ? 1 : 0;
        return taken;
    }

    [[noreturn]] void fail(std::string what) const { throw Problem{current().at, std::move(what)}; }

    [[nodiscard]] std::string unexpected() const {
        return is(Token::end) ? "it ends here" : "`" + base::trim(current().text) + "`";
    }

    void expect(Token token, const std::string& what) {
        if (!take(token))
            fail(unexpected() + ", expected " + what);
    }

    // [A | A.B | A/B][@PACKAGE]
    std::string key() {
        std::string text;
        if (is(Token::id) && lexemes_[next_ + 1].token == Token::slash) {
            text = name();
            while (take(Token::slash)) {
                if (!is(Token::id))
                    fail(unexpected() + ", expected a name");
                text += "/" + name();
            }
        } else {
            text = package();
        }
        if (take(Token::at))
            text += "@" + package();
        return text;
    }

    std::string package() {
        return is(Token::id) || is(Token::key_special) || is(Token::dot_path) ? name() : "";
    }

    std::string name() { return std::string(lexemes_[next_++].text); }

    Value value() {
        auto first = element();
        if (!is(Token::comma))
            return first;
        Choice choice{{std::move(first)}, true, false};
        while (take(Token::comma))
            choice.values.push_back(element());
        return {choice};
    }

    Value element() {
        constexpr std::size_t deepest = 100;
        if (depth_ >= deepest)
            fail(fmt::format("values are nested more than {} deep", deepest));
        ++depth_;
        auto result = inner_element();
        --depth_;
        return result;
    }

    Value inner_element() {
        if (is(Token::bracket_open))
            return list();
        if (is(Token::brace_open))
            return dict();
        if (is(Token::quoted))
            return {unquoted(lexemes_[next_++].text)};
        if (is(Token::id) && lexemes_[next_ + 1].token == Token::paren_open)
            return call();
        return primitive(is_primitive, "a value");
    }

    // One word keeps its type; several are a text. Blanks around them do not count.
    Value primitive(bool (*belongs)(Token), const std::string& what) {
        auto begin = next_;
        while (belongs(current().token))
            ++next_;
        auto end = next_;
        if (begin < end && lexemes_[begin].token == Token::blanks)
            ++begin;
        if (begin < end && lexemes_[end - 1].token == Token::blanks)
            --end;
        if (begin == end)
            fail(unexpected() + ", expected " + what);
        if (end - begin == 1)
            return typed(lexemes_[begin]);
        std::string text;
        for (auto i = begin; i < end; ++i)
            text += lexemes_[i].token == Token::escape ? unescaped(lexemes_[i].text)
                                                       : std::string(lexemes_[i].text);
        return {text};
    }

    Value list() {
        take(Token::bracket_open);
        List values;
        if (take(Token::bracket_close))
            return {std::move(values)};
        values.push_back(element());
        while (take(Token::comma))
            values.push_back(element());
        expect(Token::bracket_close, "`,` or `]`");
        return {std::move(values)};
    }

    Value dict() {
        take(Token::brace_open);
        Dict result;
        if (take(Token::brace_close))
            return {std::move(result)};
        pair(result);
        while (take(Token::comma))
            pair(result);
        expect(Token::brace_close, "`,` or `}`");
        return {std::move(result)};
    }

    // A key that comes again has the place of the first and the value of the last, as in Python.
    void pair(Dict& result) {
        auto new_key = primitive(is_dict_key, "a key");
        expect(Token::colon, "`:`");
        auto new_value = element();
        const auto found =
            std::find_if(result.keys.begin(), result.keys.end(),
                         [&new_key](const Value& other) { return equal(new_key, other); });
        if (found != result.keys.end()) {
            result.values[static_cast<std::size_t>(found - result.keys.begin())] =
                std::move(new_value);
            return;
        }
        result.keys.push_back(std::move(new_key));
        result.values.push_back(std::move(new_value));
    }

    Value call() {
        const auto at = current().at;
        Call result;
        result.shuffler = shuffler_;
        result.name = name();
        take(Token::paren_open);
        if (!take(Token::paren_close)) {
            argument(result);
            while (take(Token::comma))
                argument(result);
            expect(Token::paren_close, "`,` or `)`");
        }
        try {
            return evaluate(std::move(result));
        } catch (const std::invalid_argument& error) {
            throw Problem{at, error.what()};
        }
    }

    void argument(Call& result) {
        if (is(Token::id) && lexemes_[next_ + 1].token == Token::equal) {
            auto argument_name = name();
            take(Token::equal);
            result.named.emplace_back(std::move(argument_name), element());
            return;
        }
        if (!result.named.empty())
            fail("a value without a name, after one with a name");
        result.positional.push_back(element());
    }

    std::vector<Lexeme> lexemes_;
    std::size_t next_ = 0;
    std::size_t depth_ = 0;
    Shuffler* shuffler_;
};

std::size_t column(std::string_view word, std::size_t at) {
    std::size_t result = 1;
    for (const char c : word.substr(0, at))
        result +=
            (static_cast<unsigned char>(c) & 0xc0U) != 0x80U ? 1 : 0; // not inside a character
    return result;
}

// The file, as DVC finds it: up to the first `:` before the first `=`.
std::size_t key_start(const std::string& word) {
    const auto colon = word.substr(0, word.find('=')).find(':');
    return colon == std::string::npos ? 0 : colon + 1;
}

// What Hydra parses and its BasicSweeper, or DVC, then refuses.
void check_supported(const Override& override, std::size_t at) {
    if (!override.value)
        return;
    if (override.value->as<Glob>() != nullptr)
        throw Problem{at, "DVC does not support `glob()`"};
    if (override.value->as<Interval>() != nullptr)
        throw Problem{at, "`interval()` has no list of values to try"};
    try {
        if (const auto* choice = override.value->as<Choice>()) {
            for (const auto& value : choice->values)
                text_of(value);
        } else if (!override.value->is_sweep()) {
            text_of(*override.value);
        }
    } catch (const std::invalid_argument& error) {
        throw Problem{at, error.what()};
    }
}

constexpr std::array<const char*, 4> prefixes = {"", "+", "++", "~"};

} // namespace

std::string Override::name() const {
    return file.empty() ? key : file + ":" + key;
}

std::string Override::with(const std::string& value_text) const {
    return (file.empty() ? "" : file + ":") + prefixes.at(static_cast<std::size_t>(change)) + key +
           "=" + value_text;
}

Override parse_override(const std::string& word, const Origin& origin) {
    Override result;
    result.word = word;
    const auto start = key_start(word);
    result.file = word.substr(0, start == 0 ? 0 : start - 1);
    try {
        if (!base::is_utf8(word))
            throw Problem{0, "it is not UTF-8"};
        if (start > 0 && result.file.empty())
            throw Problem{0, "expected a file before `:`"};
        Parser(word, start, origin.shuffler).parse_into(result);
        check_supported(result, std::min(word.find('=') + 1, word.size()));
    } catch (const Problem& problem) {
        throw base::Error(base::Exit::usage,
                          fmt::format("in `{}{}`: column {}: {}", origin.before, word,
                                      column(word, problem.at), problem.what));
    }
    return result;
}

std::vector<std::string> split_at_commas(const std::string& text) {
    std::vector<std::string> parts(1);
    int depth = 0;
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == ',' && depth <= 0 && quote == 0) {
            parts.emplace_back();
            continue;
        }
        parts.back() += c;
        if (c == '\\' && i + 1 < text.size())
            parts.back() += text[++i];
        else if (quote != 0)
            quote = c == quote ? '\0' : quote;
        else if (c == '\'' || c == '"')
            quote = c;
        else if (std::string_view("[{(").find(c) != std::string_view::npos)
            ++depth;
        else if (std::string_view("]})").find(c) != std::string_view::npos)
            --depth;
    }
    return parts;
}

} // namespace rdvc::sweep
