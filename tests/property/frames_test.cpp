// The answer of a request arrives in pieces of any size, with noise around it.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/hostile.hpp"
#include "transport/frames.hpp"

namespace rdvc::transport {
namespace {

using tests::hostile_text;
using Texts = std::vector<std::string>;

std::string one_line(std::string text) {
    std::erase(text, '\n');
    return text;
}

// A stream and its expected frames, data in angle brackets.
struct Stream {
    std::string bytes;
    Texts heard;
};

rc::Gen<Stream> a_stream() {
    return rc::gen::exec([] {
        Stream stream;
        const auto parts = *rc::gen::inRange(0, 12);
        for (int i = 0; i < parts; ++i) {
            switch (*rc::gen::inRange(0, 4)) {
            case 0: { // noise of whole lines; none may look like ours
                const auto noise = one_line(*hostile_text());
                stream.bytes += noise + "\n";
                break;
            }
            case 1: // another request's
                stream.bytes += "@rdvc:other submitted 1\n";
                break;
            case 2: {
                const auto verb =
                    *rc::gen::element<std::string>("hello", "err", "submitted", "end", "x");
                const auto rest = one_line(*hostile_text());
                stream.bytes += "@rdvc:n1 " + verb + " " + rest + "\n";
                stream.heard.push_back(verb + " " + rest);
                break;
            }
            default: {
                auto data = *rc::gen::oneOf(
                    hostile_text(),
                    rc::gen::element<std::string>("@rdvc:n1 end\n", std::string(3, '\0'), "\n"));
                stream.bytes += "@rdvc:n1 data " + std::to_string(data.size()) + "\n" + data;
                if (!data.empty())
                    stream.heard.push_back("<" + data);
            }
            }
        }
        return stream;
    });
}

Texts heard(const Texts& pieces) {
    Texts all;
    bool data = false; // the last that came; where a block ends, only the next frame tells
    std::size_t left =
        0; // data may come in parts; where a block ends is known by the next frame only
    static_cast<void>(left);
    FrameReader reader(
        "n1",
        [&](const Frame& frame) {
            all.push_back(frame.verb + " " + frame.rest);
            data = false;
        },
        [&](std::string_view bytes) {
            if (!data)
                all.emplace_back("<");
            data = true;
            all.back() += bytes;
        });
    for (const auto& piece : pieces)
        reader.feed(piece);
    return all;
}

// Neighbouring blocks of data are one to the reader.
Texts joined(const Texts& texts) {
    Texts all;
    for (const auto& text : texts) {
        if (text.starts_with("<") && !all.empty() && all.back().starts_with("<"))
            all.back() += text.substr(1);
        else
            all.push_back(text);
    }
    return all;
}

RC_GTEST_PROP(Frames, AreFoundHoweverTheStreamIsCut, ()) {
    const auto stream = *a_stream();
    Texts pieces;
    std::size_t at = 0;
    while (at < stream.bytes.size()) {
        const auto size = static_cast<std::size_t>(*rc::gen::inRange(1, 40));
        pieces.push_back(stream.bytes.substr(at, size));
        at += size;
    }
    RC_ASSERT(heard(pieces) == joined(stream.heard));
    RC_ASSERT(heard({stream.bytes}) == joined(stream.heard));
}

// For any input it ends, and a stream without our mark has no frames.
RC_GTEST_PROP(Frames, AreNotFoundInForeignText, ()) {
    const auto text = *hostile_text();
    const auto all = heard({text, *hostile_text()});
    RC_ASSERT(all.empty());
}

RC_GTEST_PROP(Frames, SurviveAnythingAfterTheirMark, ()) {
    const auto text = "@rdvc:n1 " +
                      *rc::gen::element<std::string>("data ", "data", "", " ", "data -") +
                      *hostile_text() + "\n";
    heard({text, text, text});
}

} // namespace
} // namespace rdvc::transport
