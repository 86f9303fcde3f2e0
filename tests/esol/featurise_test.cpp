#include "featurise/featurise.hpp"

#include <gtest/gtest.h>

#include "expect_error.hpp"
#include "featurise/ecfp.hpp"

using namespace esol;
using Bits = std::vector<std::size_t>;

namespace {

const FeaturiserSettings kEcfp6{"esol", "smiles", "logSolubility", 3, 2048};

} // namespace

// Literals from RDKit 2023.03.3 in Python (AllChem.GetMorganFingerprintAsBitVect).
TEST(Ecfp, SetsTheBitsOfRdkitInPython) {
    EXPECT_EQ(on_bits(ecfp("C", {3, 2048})), Bits{1264});
    EXPECT_EQ(on_bits(ecfp("CCO", {3, 2048})), (Bits{80, 222, 294, 807, 1057, 1410}));
    EXPECT_EQ(on_bits(ecfp("c1ccccc1", {3, 2048})), (Bits{389, 1088, 1232, 1873}));
    const std::string aspirin = "CC(=O)Oc1ccccc1C(=O)O";
    EXPECT_EQ(on_bits(ecfp(aspirin, {2, 2048})),
              (Bits{389,  456,  650,  695,  807,  909,  1017, 1035, 1047, 1057, 1088, 1199,
                    1380, 1410, 1447, 1468, 1616, 1729, 1750, 1775, 1873, 1917, 1970, 1991}));
    EXPECT_EQ(on_bits(ecfp(aspirin, {3, 2048})),
              (Bits{389,  456,  541,  589,  650,  695,  740,  807,  909,  1017, 1027,
                    1035, 1047, 1057, 1088, 1106, 1199, 1380, 1410, 1447, 1467, 1468,
                    1616, 1729, 1750, 1775, 1865, 1873, 1917, 1970, 1991}));
    EXPECT_EQ(ecfp("CCO", {3, 64}), "04000140c2000000");
}

TEST(Ecfp, RefusesWhatIsNoMolecule) {
    EXPECT_THROW((void)ecfp("C1CC", {3, 2048}), InvalidSmiles);           // open ring
    EXPECT_THROW((void)ecfp("not a molecule", {3, 2048}), InvalidSmiles); // no SMILES
    EXPECT_THROW((void)ecfp("C(C)(C)(C)(C)C", {3, 2048}), InvalidSmiles); // five bonds
    EXPECT_THROW((void)ecfp("", {3, 2048}), InvalidSmiles);
}

TEST(Featurise, KeepsOrderIdsAndTargets) {
    const auto features = featurise({{"CCO", 1.1, 2}, {"C", -0.9, 3}}, kEcfp6, "data/esol.csv");
    ASSERT_EQ(features.fingerprints.fingerprints.size(), 2U);
    EXPECT_EQ(features.fingerprints.num_bits, 2048U);
    EXPECT_EQ(features.fingerprints.source, "data/esol.csv");
    EXPECT_EQ(features.fingerprints.fingerprints[1].id, "esol-0002");
    EXPECT_EQ(on_bits(features.fingerprints.fingerprints[1].hex), Bits{1264});
    ASSERT_EQ(features.targets.size(), 2U);
    EXPECT_EQ(features.targets[0].id, "esol-0001");
    EXPECT_EQ(features.targets[0].smiles, "CCO");
    EXPECT_EQ(features.targets[1].value, -0.9);
}

TEST(Featurise, CountsAndNamesBadSmiles) {
    const auto message = error_of([] {
        featurise({{"CCO", 1.0, 2}, {"C1CC", 2.0, 3}, {"xyz", 3.0, 4}}, kEcfp6, "d.csv");
    });
    EXPECT_EQ(message.find("d.csv: 2 of 3 SMILES cannot be parsed: line 3 `C1CC` ("), 0U)
        << message;
    EXPECT_NE(message.find("; line 4 `xyz` ("), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}
