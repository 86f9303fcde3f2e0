#include "io/fps.hpp"

#include <gtest/gtest.h>

#include "expect_error.hpp"

using namespace esol;

namespace {

std::string error_in(std::string_view text) {
    return error_of([&] { parse_fps(text, "f.fps"); });
}

} // namespace

TEST(Fps, ReadsBackWhatItWrites) {
    const FingerprintSet written{
        16, "Type/1 a=1", "Soft/2", "d.csv", {{"0180", "x-1"}, {"ff00", "x-2"}}};
    const std::string text = to_fps(written);
    EXPECT_EQ(text, "#FPS1\n#num_bits=16\n#type=Type/1 a=1\n#software=Soft/2\n#source=d.csv\n"
                    "0180\tx-1\nff00\tx-2\n");
    const auto read = parse_fps(text, "f.fps");
    EXPECT_EQ(read.num_bits, 16U);
    EXPECT_EQ(read.type, written.type);
    EXPECT_EQ(read.software, written.software);
    EXPECT_EQ(read.source, written.source);
    ASSERT_EQ(read.fingerprints.size(), 2U);
    EXPECT_EQ(read.fingerprints[1].hex, "ff00");
    EXPECT_EQ(read.fingerprints[1].id, "x-2");
    EXPECT_EQ(to_fps(read), text);
}

TEST(Fps, BitZeroIsTheLowestBitOfTheFirstByte) {
    EXPECT_EQ(on_bits("0180"), (std::vector<std::size_t>{0, 15}));
    EXPECT_EQ(on_bits("aF"), (std::vector<std::size_t>{0, 1, 2, 3, 5, 7}));
    EXPECT_TRUE(on_bits("0000").empty());
}

TEST(Fps, SaysWhatIsWrongAndWhere) {
    EXPECT_EQ(error_in(""), "f.fps:1: the first line must be #FPS1");
    EXPECT_EQ(error_in("#FPS1\n#num_bits=0\n"), "f.fps:2: num_bits must be a whole number above 0");
    EXPECT_EQ(error_in("#FPS1\n#num_bits\n"), "f.fps:2: a header line must be #name=value");
    EXPECT_EQ(error_in("#FPS1\n00\tx\n"), "f.fps:2: no #num_bits before the first fingerprint");
    const std::string start = "#FPS1\n#num_bits=8\n";
    EXPECT_EQ(error_in(start + "00\n"), "f.fps:3: expected fingerprint, tab, identifier");
    EXPECT_EQ(error_in(start + "0g\tx\n"), "f.fps:3: the fingerprint is not 8 bits in hexadecimal");
    EXPECT_EQ(error_in(start + "0000\tx\n"),
              "f.fps:3: the fingerprint is not 8 bits in hexadecimal");
}
