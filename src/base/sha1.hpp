// SHA-1 as Git uses it: to name content, not to defend it.
#pragma once

#include <string>
#include <string_view>

namespace rdvc::base {

/// 40 hex digits. Source: RFC 3174, by libmd.
std::string sha1(std::string_view text);

} // namespace rdvc::base
