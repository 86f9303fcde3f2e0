// The answer of a request: the frames are the same however the stream is cut.

#include "transport/frames.hpp"
#include "support.hpp"

using namespace rdvc;

namespace {

// Frames and bytes, each byte by itself so that pieces of data do not matter.
std::string heard(std::string_view stream, std::size_t step) {
    std::string all;
    transport::FrameReader reader(
        "n1",
        [&](const transport::Frame& frame) {
            fuzz::check(frame.verb.find_first_of(" \n") == std::string::npos, "a verb is one word");
            fuzz::check(frame.rest.find('\n') == std::string::npos, "a frame is one line");
            fuzz::check((frame.verb + frame.rest).find('\0') == std::string::npos,
                        "a frame can be an argument");
            all += "F" + frame.verb + " " + frame.rest + "\n";
        },
        [&](std::string_view bytes) {
            for (const char c : bytes)
                all += std::string("D") + c;
        });
    for (std::size_t at = 0; at < stream.size(); at += step)
        reader.feed(stream.substr(at, step));
    return all;
}

} // namespace

RDVC_FUZZ_TARGET(frames) {
    if (size == 0)
        return 0;
    const auto stream = fuzz::text_of(data + 1, size - 1);
    const auto whole = heard(stream, stream.size() + 1);
    fuzz::check(heard(stream, 1) == whole, "bytes one by one tell the same");
    fuzz::check(heard(stream, data[0] % 13U + 2) == whole, "pieces tell the same");
    return 0;
}
