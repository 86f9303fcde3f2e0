#include "featurise/csv.hpp"

#include <gtest/gtest.h>

#include "expect_error.hpp"

using namespace esol;

namespace {

std::vector<Molecule> parse(std::string_view text) {
    return parse_csv(text, "d.csv", "smiles", "y");
}

std::string error_in(std::string_view text) {
    return error_of([&] { parse(text); });
}

} // namespace

TEST(Csv, TrimsAndNumbersLines) {
    const auto molecules = parse("smiles,y\nCCO ,-0.77\r\n C,1e1");
    ASSERT_EQ(molecules.size(), 2U);
    EXPECT_EQ(molecules[0].smiles, "CCO");
    EXPECT_EQ(molecules[0].target, -0.77);
    EXPECT_EQ(molecules[0].line, 2U);
    EXPECT_EQ(molecules[1].smiles, "C");
    EXPECT_EQ(molecules[1].target, 10.0);
}

TEST(Csv, FindsColumnsByNameAndReadsQuotes) {
    const auto molecules = parse("name,y,smiles\n\"1,2-\"\"x\"\"\",2,CC\n");
    ASSERT_EQ(molecules.size(), 1U);
    EXPECT_EQ(molecules[0].smiles, "CC");
    EXPECT_EQ(molecules[0].target, 2.0);
}

TEST(Csv, SaysWhatIsWrongAndWhere) {
    EXPECT_EQ(error_in(""), "d.csv: the file is empty");
    EXPECT_EQ(error_in("smiles,y\n"), "d.csv: no molecules below the header");
    EXPECT_EQ(error_in("SMILES,y\nC,1\n"), "d.csv:1: no column `smiles`");
    EXPECT_EQ(error_in("smiles,y\nC,1\nC\n"), "d.csv:3: expected 2 fields, found 1");
    EXPECT_EQ(error_in("smiles,y\nC,1,2\n"), "d.csv:2: expected 2 fields, found 3");
    EXPECT_EQ(error_in("smiles,y\nC,1\n\nC,1\n"), "d.csv:3: expected 2 fields, found 1");
    EXPECT_EQ(error_in("smiles,y\n ,1\n"), "d.csv:2: the SMILES is empty");
    EXPECT_EQ(error_in("smiles,y\nC,soluble\n"),
              "d.csv:2: the target `soluble` is not a finite number");
    EXPECT_EQ(error_in("smiles,y\nC,nan\n"), "d.csv:2: the target `nan` is not a finite number");
    EXPECT_EQ(error_in("smiles,y\n\"C,1\n"), "d.csv:2: a quote is not closed");
}
