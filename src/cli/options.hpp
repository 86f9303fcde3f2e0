// Options and positionals of one command, declared beside the variables that they fill; CLI11
// parses.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "world/console.hpp"

namespace CLI {
class App;
}

namespace rdvc::cli {

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
    Options& number(const std::string& names, unsigned& target, const std::string& help);
    /// All further words; a command has it once.
    Options& words(const std::string& name, std::vector<std::string>& target,
                   const std::string& help);
    Options& word(const std::string& name, std::string& target, const std::string& help);

    /// True if an option was given on the command line.
    [[nodiscard]] bool given(const std::string& name) const;

    /// Parses; true if the command should continue, false if help was requested and printed. Throws
    /// Error (usage).
    bool parse(const std::vector<std::string>& arguments, const world::Console& console);

  private:
    std::unique_ptr<CLI::App> app_;
    std::string command_;
    std::vector<std::string>* words_ = nullptr; ///< the target of `words`
};

} // namespace rdvc::cli
