// Effects as values: a Command says what to run, a Runner runs it. git, ssh and dvc are reached
// only through this seam, so that a test's fake and `--dry-run` are runners, not special cases.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace rdvc::base {

enum class Effect { reads, changes };

/// Where a command's standard streams go when they are not captured.
enum class Terminal { no, yes };

/// A text, or a file's content.
using Input = std::variant<std::string, std::filesystem::path>;

/// One run of a program. Standard input has the parts of `input` one after the other (none:
/// /dev/null), unless it is ours.
struct Command {
    std::vector<std::string> argv;
    Effect effect = Effect::reads;
    std::vector<Input> input = {};
    std::vector<std::pair<std::string, std::string>> environment = {}; ///< added to ours
    std::filesystem::path folder = {};                                 ///< empty: ours
    std::filesystem::path output_file = {}; ///< where standard output goes instead of Result::out
    std::function<void(std::string_view)> on_output = {};  ///< instead of Result::out, as it comes
    std::function<std::optional<Input>()> more_input = {}; ///< gives the parts after `input`
    Terminal terminal = Terminal::no; ///< yes: the program has our output and error streams
    /// It has our input and error streams; without `terminal`, Ctrl-C interrupts only us.
    bool takes_input = false;
    bool has_own_session = false;          ///< it has no controlling terminal, and so no Ctrl-C
    std::chrono::milliseconds patience{0}; ///< a program that runs longer is killed; 0: no limit
    std::function<bool()> is_over = {};    ///< once true, the program is soon killed
};

/// `status` is the exit code, or 128 + the signal that ended the program. `err` has the last eight
/// megabytes.
struct Result {
    int status = 0;
    std::string out;
    std::string err;
};

class Runner {
  public:
    Runner() = default;
    virtual ~Runner() = default;
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;
    Runner(Runner&&) = delete;
    Runner& operator=(Runner&&) = delete;

    /// Runs `command` to its end. Throws Error (not_ready) if the program cannot be started.
    virtual Result run(const Command& command) = 0;

    /// Announces that `command`, which only reads and takes no input, will be run: a runner may
    /// start it at once, beside others, and `run` then returns its result. It may also do nothing.
    virtual void start_ahead(const Command& /*command*/) {}
};

/// Runs commands as child processes of this one. Several threads may do so at a time.
class ProcessRunner : public Runner {
  public:
    ProcessRunner();
    ~ProcessRunner() override; ///< ends programs that were started ahead and never run
    ProcessRunner(const ProcessRunner&) = delete;
    ProcessRunner& operator=(const ProcessRunner&) = delete;
    ProcessRunner(ProcessRunner&&) = delete;
    ProcessRunner& operator=(ProcessRunner&&) = delete;

    Result run(const Command& command) override;
    void start_ahead(const Command& command) override;

  private:
    class Running;
    std::unique_ptr<Running> start_or_take(const Command& command);

    std::mutex ahead_lock_;
    std::vector<std::unique_ptr<Running>> ahead_;
};

} // namespace rdvc::base
