// The trained network as a file that other programs read too: safetensors, a
// JSON header and then the numbers, little-endian and by rows.
// https://github.com/huggingface/safetensors
#pragma once

#include <string>

#include "train/mlp.hpp"

namespace esol {

// Tensors "layers.0.weight" [outputs x inputs], "layers.0.bias" [outputs], ...
std::string to_safetensors(const Mlp<float>& mlp);

} // namespace esol
