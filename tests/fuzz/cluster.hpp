// A laptop whose cluster answers with the fuzzer's words: each line of the input is a frame, a line
// `data WORDS` is raw bytes. The command's output is captured.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/process.hpp"
#include "commands/command.hpp"
#include "support.hpp"
#include "world/world.hpp"

namespace rdvc::fuzz {

/// Answers requests from the input, and the laptop's programs from a table.
class Laptop : public base::Runner {
  public:
    explicit Laptop(std::string_view input) {
        for (const auto& line : base::split(input, '\n')) {
            if (line.starts_with("! ")) // what ssh, git or rsync says on standard error
                errors_ += line.substr(2) + "\n";
            else
                frames_.push_back(line);
        }
    }

    base::Result run(const base::Command& command) override;

    std::string git_answer; ///< to what is not in the table
    int status = 0;         ///< of ssh and rsync

  private:
    [[nodiscard]] std::string answer(const std::string& nonce) const;

    std::vector<std::string> frames_;
    std::string errors_;
};

struct Printed {
    std::string out;
    std::string err;
};

/// Runs a command as main() does; fails if it throws anything but an Error, or prints unclean text,
/// except in JSON.
Printed run(Laptop& laptop, const commands::Words& words);

/// Runs one of the commands, which depends on the input.
Printed run_one(Laptop& laptop, std::size_t choice, const std::vector<commands::Words>& of);

/// Runs `act` in such a world, outside of any command.
void in_world(base::Runner& laptop, const std::function<void(world::World& world)>& act);

} // namespace rdvc::fuzz
