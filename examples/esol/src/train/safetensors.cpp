#include "train/safetensors.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>

namespace esol {
namespace {

static_assert(std::endian::native == std::endian::little,
              "numbers are copied as they lie in memory");

using MatrixByRows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <typename Number>
void append_bytes(std::string& bytes, const Number* numbers, std::size_t count) {
    bytes.append(reinterpret_cast<const char*>(numbers), count * sizeof(Number));
}

} // namespace

std::string to_safetensors(const Mlp<float>& mlp) {
    std::string header;
    std::string data;
    const auto add = [&](const std::string& name, const std::string& shape, const auto& tensor) {
        const std::size_t begin = data.size();
        append_bytes(data, tensor.data(), static_cast<std::size_t>(tensor.size()));
        header += (header.empty() ? "{\"" : ",\"") + name + R"(":{"dtype":"F32","shape":[)" +
                  shape + R"(],"data_offsets":[)" + std::to_string(begin) + "," +
                  std::to_string(data.size()) + "]}";
    };
    for (std::size_t i = 0; i < mlp.size(); ++i) {
        const auto& [weight, bias] = mlp[i];
        const std::string layer = "layers." + std::to_string(i);
        const std::string outputs = std::to_string(weight.rows());
        const MatrixByRows by_rows = weight;
        add(layer + ".weight", outputs + "," + std::to_string(weight.cols()), by_rows);
        add(layer + ".bias", outputs, bias);
    }
    header += "}";
    header.resize((header.size() + 7) / 8 * 8, ' '); // aligns the numbers
    const std::uint64_t length = header.size();
    std::string file;
    append_bytes(file, &length, 1);
    return file + header + data;
}

} // namespace esol
