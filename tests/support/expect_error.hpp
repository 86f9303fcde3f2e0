// What a function throws, as a value.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace rdvc::tests {

struct Failure {
    base::Exit code = base::Exit::done;
    std::string message; ///< the whole text; "" if nothing was thrown
};

template <typename Function>
Failure failure_of(Function&& function) {
    try {
        static_cast<void>(function());
    } catch (const base::Error& error) {
        return {error.code(), error.message()};
    }
    return {};
}

} // namespace rdvc::tests

/// `expression` throws an Error with this code and exactly this message.
#define EXPECT_FAILURE(expression, expected_code, expected_message)                                \
    do {                                                                                           \
        const auto failure = ::rdvc::tests::failure_of([&] { return (expression); });              \
        EXPECT_EQ(failure.message, (expected_message));                                            \
        EXPECT_EQ(static_cast<int>(failure.code), static_cast<int>(expected_code));                \
    } while (false)

/// `statement` throws an Error with this code whose first line is `error: ` and this.
#define EXPECT_FAILS(statement, expected_code, expected_line)                                      \
    do {                                                                                           \
        const auto failure = ::rdvc::tests::failure_of([&] {                                       \
            statement;                                                                             \
            return 0;                                                                              \
        });                                                                                        \
        EXPECT_EQ(failure.message.substr(0, failure.message.find('\n')),                           \
                  "error: " + std::string(expected_line));                                         \
        EXPECT_EQ(static_cast<int>(failure.code), static_cast<int>(expected_code));                \
    } while (false)
