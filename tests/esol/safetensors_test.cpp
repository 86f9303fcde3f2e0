#include "train/safetensors.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>

using namespace esol;

TEST(Safetensors, HeaderThenNumbersByRows) {
    Mlp<float> mlp(1);
    mlp[0].weight = Matrix<float>{{1.0F, 2.0F}, {3.0F, 4.0F}};
    mlp[0].bias = Vector<float>{{5.0F, 6.0F}};
    const std::string file = to_safetensors(mlp);

    std::uint64_t length = 0;
    std::memcpy(&length, file.data(), sizeof length);
    EXPECT_EQ(length % 8, 0U);
    ASSERT_EQ(file.size(), 8 + length + 6 * sizeof(float));
    EXPECT_EQ(file.substr(8, length).find(
                  R"({"layers.0.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},)"
                  R"("layers.0.bias":{"dtype":"F32","shape":[2],"data_offsets":[16,24]}})"),
              0U);
    float numbers[6];
    std::memcpy(numbers, file.data() + 8 + length, sizeof numbers);
    for (int i = 0; i < 6; ++i)
        EXPECT_EQ(numbers[i], static_cast<float>(i + 1));
}
