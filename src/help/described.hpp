// The options of a command as lines, for completion in shells.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "help/page.hpp"

namespace rdvc::help {

/// The word that makes a command print its options in the form of `described_text`, in place of
/// doing anything.
constexpr std::string_view describe_word = "\x01"
                                           "describe";

/// The word that makes a command print its man page.
constexpr std::string_view man_word = "\x01"
                                      "man";

/// What a group prints for each of its parts as the metavar.
constexpr std::string_view group_part = "PART";

/// A name of an option, a word without a dash, or a part of a command.
struct Described {
    std::string name;    ///< `--time`, `-n`; SUBMISSION; `list` of `rdvc env list`
    std::string metavar; ///< of an option: its value; empty: takes none
    std::string help;

    bool operator==(const Described&) const = default;
};

/// All names of a page, in its order.
std::vector<Described> described(const Page& page);

/// A line for each.
std::string described_text(const std::vector<Described>& all);

/// The inverse of described_text. Total.
std::vector<Described> parse_described(std::string_view text);

} // namespace rdvc::help
