// A submission's identity.
#pragma once

#include <string>

namespace rdvc::submission {

/// 128 bits from the system's random source, as 32 hex digits.
std::string make_token();

/// True for 32 lower-case hex digits.
bool is_token(const std::string& text);

} // namespace rdvc::submission
