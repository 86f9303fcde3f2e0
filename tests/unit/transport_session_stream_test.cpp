#include "transport/session_stream.hpp"

#include <gtest/gtest.h>

namespace rdvc::transport {
namespace {

// Bytes and marks, in pieces of this size.
std::string heard(std::string_view stream, std::size_t step) {
    std::string all;
    SessionStream reader(
        "n1", [&](std::string_view bytes) { all += bytes; },
        [&](std::string_view verb, std::string_view rest) {
            all += "{" + std::string(verb) + "|" + std::string(rest) + "}";
        });
    for (std::size_t at = 0; at < stream.size(); at += step)
        reader.feed(stream.substr(at, step));
    reader.end();
    return all;
}

struct Case {
    std::string_view stream;
    std::string_view heard;
};

TEST(SessionStream, MarksAreTakenOutWhereverTheyAreAndHoweverTheStreamIsCut) {
    constexpr Case cases[] = {
        {"", ""},
        {"a\nb", "a\nb"},
        {"noise\n@rdvc:n1 begin 12\nout", "noise\n{begin|12}out"},
        {"no line end@rdvc:n1 exit 3\n", "no line end{exit|3}"},
        {"a@rdvc:n1 alive\nb@rdvc:n1 alive\n", "a{alive|}b{alive|}"},
        {"@rdvc:n1 begin \r\n", "{begin|}"},
        {"@rdvc:n2 begin 1\n", "@rdvc:n2 begin 1\n"}, // somebody else's
        {"@rdvc:@rdvc:n1 exit 0\n", "@rdvc:{exit|0}"},
        {"@rdvc:n1 ex", "@rdvc:n1 ex"}, // cut off
        {"@rdv", "@rdv"},
        {std::string_view("\0@\0", 3), std::string_view("\0@\0", 3)},
    };
    for (const auto& [stream, expected] : cases)
        for (std::size_t step = 1; step <= stream.size() + 1; ++step)
            EXPECT_EQ(heard(stream, step), expected) << step;
}

} // namespace
} // namespace rdvc::transport
