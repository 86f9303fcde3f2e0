#include "io/fps.hpp"

#include <algorithm>

#include "io/error.hpp"
#include "io/files.hpp"
#include "io/numbers.hpp"

namespace esol {
namespace {

bool is_hexadecimal(char digit) {
    return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f') ||
           (digit >= 'A' && digit <= 'F');
}

unsigned value_of(char digit) {
    if (digit <= '9')
        return static_cast<unsigned>(digit - '0');
    return static_cast<unsigned>((digit | 0x20) - 'a') + 10U;
}

void read_header(FingerprintSet& set, std::string_view line, const std::string& where) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos)
        throw Error(where + ": a header line must be #name=value");
    const std::string_view name = line.substr(1, equals - 1);
    const std::string_view value = line.substr(equals + 1);
    if (name == "num_bits") {
        const auto num_bits = parse_number<std::size_t>(value);
        if (!num_bits || *num_bits == 0)
            throw Error(where + ": num_bits must be a whole number above 0");
        set.num_bits = *num_bits;
    } else if (name == "type") {
        set.type = value;
    } else if (name == "software") {
        set.software = value;
    } else if (name == "source") {
        set.source = value;
    }
}

} // namespace

std::string to_fps(const FingerprintSet& set) {
    std::string text = "#FPS1\n#num_bits=" + std::to_string(set.num_bits) + "\n#type=" + set.type +
                       "\n#software=" + set.software + "\n#source=" + set.source + "\n";
    for (const Fingerprint& fingerprint : set.fingerprints) {
        text += fingerprint.hex + "\t" + fingerprint.id + "\n";
    }
    return text;
}

FingerprintSet parse_fps(std::string_view text, const std::filesystem::path& name) {
    const auto lines = lines_of(text);
    if (lines.empty() || lines.front() != "#FPS1")
        throw Error(place(name, 1) + ": the first line must be #FPS1");

    FingerprintSet set;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const std::string where = place(name, i + 1);
        if (lines[i].starts_with('#')) {
            read_header(set, lines[i], where);
            continue;
        }
        const auto fields = fields_of(lines[i], '\t');
        if (fields.size() < 2 || fields[1].empty())
            throw Error(where + ": expected fingerprint, tab, identifier");
        if (set.num_bits == 0)
            throw Error(where + ": no #num_bits before the first fingerprint");
        if (fields[0].size() != (set.num_bits + 7) / 8 * 2 ||
            !std::ranges::all_of(fields[0], is_hexadecimal)) {
            throw Error(where + ": the fingerprint is not " + std::to_string(set.num_bits) +
                        " bits in hexadecimal");
        }
        set.fingerprints.push_back({std::string(fields[0]), std::string(fields[1])});
    }
    return set;
}

std::vector<std::size_t> on_bits(std::string_view hex) {
    std::vector<std::size_t> bits;
    for (std::size_t byte = 0; byte < hex.size() / 2; ++byte) {
        const unsigned value = value_of(hex[2 * byte]) << 4U | value_of(hex[2 * byte + 1]);
        for (std::size_t bit = 0; bit < 8; ++bit) {
            if ((value >> bit & 1U) != 0)
                bits.push_back(8 * byte + bit);
        }
    }
    return bits;
}

} // namespace esol
