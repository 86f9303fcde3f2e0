// The one place where data becomes shell text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rdvc::base {

/// One word of bash that stands for exactly these bytes. Plain words stay as they are; others are
/// put in single quotes; those with control characters or invalid UTF-8 are written as $'...'
/// (bash's ANSI-C quoting), so that every rendered line is one line of clean text. NUL cannot occur
/// in an argument and must not in `word`.
std::string quote(std::string_view word);

/// `words`, each quoted, with blanks between.
std::string quote_all(const std::vector<std::string>& words);

/// `words` for rsync's `-e`, which is not a shell and has rules of its own.
std::string quote_all_for_rsync(const std::vector<std::string>& words);

} // namespace rdvc::base
