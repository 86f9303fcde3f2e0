// A tar stream of objects tells the same however it is cut.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/error.hpp"
#include "remote/archive.hpp"
#include "support/hostile.hpp"

namespace rdvc::remote {
namespace {

using Texts = std::vector<std::string>;

std::string read(const Texts& pieces) {
    std::string all;
    ArchiveReader reader(
        [&](const std::string& name, std::uint64_t size) {
            all += name + " " + std::to_string(size) + " ";
        },
        [&](std::string_view text) { all += text; }, [&] { all += "|"; });
    for (const auto& piece : pieces)
        reader.feed(piece);
    return all + (reader.is_over() ? "." : "");
}

RC_GTEST_PROP(Archive, IsReadHoweverItIsCut, ()) {
    std::string stream;
    std::string expected;
    const auto files = *rc::gen::inRange(0, 5);
    for (int i = 0; i < files; ++i) {
        const auto name = *rc::gen::element<std::string>("a", "ab/c", std::string(100, 'n'));
        const auto content = *rc::gen::oneOf(
            tests::hostile_text(), rc::gen::element(std::string(511, '\0'), std::string(512, 'x'),
                                                    std::string(1500, '\0')));
        stream += archive_header(name, content.size()) + content + archive_padding(content.size());
        expected += name + " " + std::to_string(content.size()) + " " + content + "|";
    }
    stream += archive_end();
    Texts pieces;
    for (std::size_t at = 0; at < stream.size();) {
        const auto size = static_cast<std::size_t>(*rc::gen::inRange(1, 700));
        pieces.push_back(stream.substr(at, size));
        at += size;
    }
    RC_ASSERT(read({stream}) == expected + ".");
    RC_ASSERT(read(pieces) == expected + ".");
}

RC_GTEST_PROP(Archive, OfForeignTextIsRefused, ()) {
    auto header = archive_header("a", 3);
    const auto at = static_cast<std::size_t>(*rc::gen::inRange(0, 512));
    const auto byte = static_cast<char>(*rc::gen::inRange(0, 256));
    const bool same = header[at] == byte;
    header[at] = byte;
    try {
        read({header});
        RC_ASSERT(same || (at >= 148 && at < 156)); // the checksum has more than one form
    } catch (const base::Error&) {
        RC_ASSERT(!same);
    }
}

} // namespace
} // namespace rdvc::remote
