#include "submission/again.hpp"

#include <gtest/gtest.h>

#include "slurm/options.hpp"

namespace rdvc::submission {
namespace {

const std::vector<std::string_view> memory = {"mem", "mem-per-cpu", "mem-per-gpu"};

TEST(Again, TheLastAttemptsOptionCounts) {
    LastHeader header{"#!/bin/bash\n#\n#SBATCH --hold\n#SBATCH --mem=1G\n" +
                      slurm::header_line("exclude", "node[1-2],a b\"c") +
                      "\n\n#SBATCH --mem-per-gpu=7G\n"};
    EXPECT_EQ(last_option(header, memory), SbatchOption("mem", "1G"));
    EXPECT_EQ(last_option(header, {"exclude"}), SbatchOption("exclude", "node[1-2],a b\"c"));
    EXPECT_EQ(last_option(header, {"hold"}), SbatchOption("hold", std::nullopt));
    EXPECT_EQ(last_option(header, {"me", "time"}), std::nullopt);
    header.replaced = "#SBATCH --array=2\n#SBATCH --mem-per-cpu=2G\n";
    EXPECT_EQ(last_option(header, memory), SbatchOption("mem-per-cpu", "2G"));
    EXPECT_EQ(last_option({"", "\"\n#SBATCH --mem=\""}, memory), std::nullopt);
    EXPECT_EQ(last_option({"#SBATCH --mem=\"", ""}, memory), SbatchOption("mem", "\""));
}

TEST(Again, AFactor) {
    EXPECT_EQ(factor_of("x2"), 2U);
    EXPECT_EQ(factor_of("x100"), 100U);
    for (const auto* other :
         {"", "x", "2", "x1", "x0", "x-2", "x1.5", "x101", "X2", "x2G", "x99999999999999999999"})
        EXPECT_EQ(factor_of(other), std::nullopt) << other;
}

TEST(Again, ASizeTimesAFactor) {
    EXPECT_EQ(multiplied("4000", 2), "8000");
    EXPECT_EQ(multiplied("1500M", 3), "4500M");
    EXPECT_EQ(multiplied("64GB", 2), "128GB");
    EXPECT_EQ(multiplied("2t", 2), "4t");
    for (const auto* other : {"", "0", "0G", "G", "1.5G", "-1", "64X", "64GG", "64 G", "4000000000",
                              "99999999999999999999"})
        EXPECT_EQ(multiplied(other, 2), std::nullopt) << other;
}

} // namespace
} // namespace rdvc::submission
