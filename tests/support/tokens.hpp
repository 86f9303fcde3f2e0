// Tokens of submissions, for tests.
#pragma once

#include <string>

namespace rdvc::tests {

inline const std::string one = "11111111111111111111111111111111";
inline const std::string two = "22222222222222222222222222222222";
inline const std::string three = "33333333333333333333333333333333";

} // namespace rdvc::tests
