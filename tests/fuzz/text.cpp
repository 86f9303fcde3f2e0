// The small functions on text, of any text.

#include "base/text.hpp"
#include "project/snapshot.hpp"
#include "support.hpp"

using namespace rdvc;

namespace {

void check_printable(const std::string& text) {
    const auto shown = base::printable(text);
    fuzz::check(base::is_utf8(shown), "what is shown is UTF-8");
    fuzz::check(base::printable(shown) == shown, "what is shown is clean");
    for (const char c : shown)
        fuzz::check((static_cast<unsigned char>(c) >= 0x20 || c == '\t') && c != 0x7f,
                    "no control character is shown");
    for (const auto* bad : {"\xc2\x80", "\xc2\x9b", "\xe2\x80\xae", "\xe2\x81\xa7"})
        fuzz::check(shown.find(bad) == std::string::npos, "nor one of more bytes");
}

} // namespace

RDVC_FUZZ_TARGET(text) {
    const std::string text(fuzz::text_of(data, size));
    check_printable(text);
    fuzz::check(base::join(base::split(text, ','), ",") == text, "parts are joined again");
    for (const auto& line : base::lines(text))
        fuzz::check(line.find('\n') == std::string::npos, "a line has no line end");
    for (const auto& word : base::words(text))
        fuzz::check(!word.empty() && base::trim(word).size() <= word.size(),
                    "a word is empty or too long");
    const auto [key, value] = base::key_and_value(text);
    fuzz::check(key.find(' ') == std::string::npos && key.size() + value.size() <= text.size(),
                "a key is one word");
    fuzz::check(fuzz::is_clean(base::first_lines(base::split(text, ','))), "lines are clean");
    const auto name = base::file_name(text);
    fuzz::check(!name.empty() && name != "." && name != ".." && name[0] != '-' &&
                    name.find('/') == std::string::npos,
                "a file's name is one");
    base::suggestion(text.substr(0, 40), {"time", "partition", "gpus"});
    base::short_hash(text);
    if (const auto bytes = base::parse_bytes(text))
        base::bytes(*bytes);
    if (const auto seconds = base::parse_age(text))
        fuzz::check(*seconds >= 0 && !base::age(*seconds).empty(), "an age is one");
    project::is_secret_name(text);
    return 0;
}
