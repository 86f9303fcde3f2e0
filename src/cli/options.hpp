// Options and positionals of one command, declared beside the variables that they fill; CLI11
// parses.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "help/page.hpp"
#include "world/console.hpp"

namespace CLI {
class App;
}

namespace rdvc::cli {

/// Every command has `--help`, `--quiet` and `--verbose` besides its own.
class Options {
  public:
    Options(const std::string& command, const std::string& summary);
    ~Options();
    Options(const Options&) = delete;
    Options& operator=(const Options&) = delete;
    Options(Options&&) = delete;
    Options& operator=(Options&&) = delete;

    Options& flag(const std::string& names, bool& target, const std::string& help);
    Options& text(const std::string& names, std::string& target, const std::string& help,
                  const std::string& metavar);
    /// Its value may be missing: given() says whether the option was there.
    Options& optional_text(const std::string& names, std::string& target, const std::string& help,
                           const std::string& metavar);
    /// May be given several times.
    Options& texts(const std::string& names, std::vector<std::string>& target,
                   const std::string& help, const std::string& metavar);
    /// The number must be at least 1. `target` is the default; 0 if there is no default.
    Options& number(const std::string& names, unsigned& target, const std::string& help);
    /// All further words; a command has it once.
    Options& words(const std::string& name, std::vector<std::string>& target,
                   const std::string& help);
    Options& word(const std::string& name, std::string& target, const std::string& help);

    /// True if an option was given on the command line.
    [[nodiscard]] bool given(const std::string& name) const;

    /// Parses; true if the command should continue, false if help, in whatever form, was requested
    /// and printed. Throws Error (usage).
    bool parse(const std::vector<std::string>& arguments, world::Console& console);

  private:
    // `names` as CLI11 takes them: "-f,--follow", "NAME".
    void add_row(const std::string& names, const std::string& metavar, const std::string& help);

    std::unique_ptr<CLI::App> app_;
    help::Page page_;                           ///< with two sections: arguments, options
    std::vector<std::string>* words_ = nullptr; ///< the target of `words`
};

/// Prints `page` if the words ask for nothing else: `--help`, or its form for completion or for man
/// (help/described.hpp). True if they did.
bool is_answered_by_help(const help::Page& page, const std::vector<std::string>& words,
                         const world::Console& console);

/// What `--quiet` and `--verbose` mean; quiet wins.
void set_verbosity(world::Console& console, bool quiet, bool verbose);

/// The rows of what every command has.
std::vector<help::Row> common_rows();

} // namespace rdvc::cli
