// Runs a call that must throw esol::Error and returns what it says.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "io/error.hpp"

template <typename Call>
std::string error_of(Call call) {
    try {
        call();
    } catch (const esol::Error& error) {
        return error.what();
    }
    ADD_FAILURE() << "no error was thrown";
    return {};
}
