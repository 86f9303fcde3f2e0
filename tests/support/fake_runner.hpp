// A strict fake of base::Runner: every call must be expected, every expectation must be used. It
// records each call, with the input as of the time of the call.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "base/process.hpp"
#include "base/quote.hpp"
#include "support/folder.hpp"

namespace rdvc::tests {

/// One call, with all parts of its input as one text.
struct Call {
    base::Command command;
    std::string input;
};

/// The order in which the expected calls must come.
enum class Order { as_given, any };

class FakeRunner : public base::Runner {
  public:
    using Matcher = std::function<bool(const base::Command&)>;
    using Action = std::function<base::Result(const Call&)>;

    class Expectation {
      public:
        Expectation(std::string description, Matcher matcher)
            : description_(std::move(description)), matcher_(std::move(matcher)) {}

        /// Standard output; given to `on_output` or into `output_file` where the command asks for
        /// it.
        Expectation& prints(const std::string& out) {
            return does([out](const Call&) { return base::Result{0, out, ""}; });
        }
        Expectation& exits(int status, const std::string& err = "") {
            return does([=](const Call&) { return base::Result{status, "", err}; });
        }
        Expectation& returns(const base::Result& result) {
            return does([=](const Call&) { return result; });
        }
        Expectation& does(Action action) {
            action_ = std::move(action);
            return *this;
        }
        Expectation& times(unsigned n) {
            left_ = n;
            return *this;
        }
        /// May come any number of times, or never.
        Expectation& any_number() {
            unlimited_ = true;
            return *this;
        }

      private:
        friend class FakeRunner;
        std::string description_;
        Matcher matcher_;
        Action action_ = [](const Call&) { return base::Result{}; };
        unsigned left_ = 1;
        bool unlimited_ = false;
    };

    explicit FakeRunner(Order order = Order::as_given) : order_(order) {}
    ~FakeRunner() override { verify(); }
    FakeRunner(const FakeRunner&) = delete;
    FakeRunner& operator=(const FakeRunner&) = delete;
    FakeRunner(FakeRunner&&) = delete;
    FakeRunner& operator=(FakeRunner&&) = delete;

    /// Exactly this argv.
    Expectation& expect(const std::vector<std::string>& argv) {
        return expect(base::quote_all(argv),
                      [argv](const base::Command& command) { return command.argv == argv; });
    }
    Expectation& expect(const std::string& description, Matcher matcher) {
        expectations_.push_back(std::make_unique<Expectation>(description, std::move(matcher)));
        return *expectations_.back();
    }
    /// Commands of this program are run by `inner` and not kept.
    void pass_through(const std::string& program, base::Runner& inner) {
        passed_.emplace_back(program, &inner);
    }

    base::Result run(const base::Command& command) override {
        if (command.argv.empty())
            return unexpected(command);
        for (const auto& [program, inner] : passed_)
            if (command.argv.front() == program)
                return inner->run(command);
        Call call{command, input_of(command)};
        calls_.push_back(call);
        auto* expectation = next_for(command);
        if (expectation == nullptr)
            return unexpected(command);
        if (!expectation->unlimited_)
            --expectation->left_;
        auto result = expectation->action_(call);
        if (command.on_output) {
            command.on_output(result.out);
            result.out.clear();
        } else if (!command.output_file.empty()) {
            put_file(command.output_file, result.out);
            result.out.clear();
        }
        return result;
    }

    [[nodiscard]] const std::vector<Call>& calls() const { return calls_; }

    /// Fails for expectations that were not used; the destructor does it too.
    void verify() {
        for (const auto& expectation : expectations_)
            if (!expectation->unlimited_ && expectation->left_ > 0)
                ADD_FAILURE() << "not run: " << expectation->description_;
        expectations_.clear();
    }

  private:
    Expectation* next_for(const base::Command& command) {
        for (const auto& expectation : expectations_) {
            if (!expectation->unlimited_ && expectation->left_ == 0)
                continue;
            if (expectation->matcher_(command))
                return expectation.get();
            if (order_ == Order::as_given && !expectation->unlimited_)
                return nullptr;
        }
        return nullptr;
    }

    static std::string input_of(const base::Command& command) {
        std::string input;
        for (const auto& part : command.input) {
            if (const auto* text = std::get_if<std::string>(&part))
                input += *text;
            else
                input += base::read_file(std::get<std::filesystem::path>(part)).value();
        }
        return input;
    }

    // Not an Error, so that no code under test handles it.
    static base::Result unexpected(const base::Command& command) {
        const auto text = "not expected: " + base::quote_all(command.argv);
        ADD_FAILURE() << text;
        throw std::logic_error(text);
    }

    Order order_;
    std::vector<std::unique_ptr<Expectation>> expectations_;
    std::vector<std::pair<std::string, base::Runner*>> passed_;
    std::vector<Call> calls_;
};

/// argv starts with these words.
inline FakeRunner::Matcher starts_with(const std::vector<std::string>& words) {
    return [words](const base::Command& command) {
        return command.argv.size() >= words.size() &&
               std::equal(words.begin(), words.end(), command.argv.begin());
    };
}

} // namespace rdvc::tests
