// Values of sbatch options: a header line says exactly the value, or is refused.

#include <algorithm>
#include <optional>

#include "slurm/options.hpp"
#include "support.hpp"

using namespace rdvc;

namespace {

// The argument of a header line as sbatch reads it (SLURM, src/sbatch/opt.c, _get_next_opt): words
// end at blanks outside of quotes; a backslash takes the next byte as it is.
std::string word_of(std::string_view line) {
    std::string word;
    char quote = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '\\' && i + 1 < line.size())
            word += line[++i];
        else if (quote != 0 && c == quote)
            quote = 0;
        else if (quote == 0 && (c == '"' || c == '\''))
            quote = c;
        else if (quote == 0 && (c == ' ' || c == '#'))
            break;
        else
            word += c;
    }
    return word;
}

bool is_control(char c) {
    return (c >= 0 && c < 0x20) || c == 0x7f;
}

} // namespace

RDVC_FUZZ_TARGET(header_line) {
    const std::string value(fuzz::text_of(data, size));
    fuzz::only_errors([&] {
        const auto line = slurm::header_line("comment", value);
        const std::string start = "#SBATCH ";
        fuzz::check(line.starts_with(start), "a header line starts as such");
        fuzz::check(std::none_of(line.begin(), line.end(), is_control),
                    "a header line is one line");
        fuzz::check(word_of(line.substr(start.size())) == "--comment=" + value,
                    "sbatch reads what was given");
    });
    if (value.find('\0') == std::string::npos)
        slurm::find_option(value);
    slurm::environment_variables(value);
    return 0;
}
