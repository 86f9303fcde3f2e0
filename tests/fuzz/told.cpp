// What the laptop has been told of submissions: a file that a crash may have damaged, or that
// another version wrote.

#include "remote/told.hpp"
#include "base/text.hpp"
#include "submission/token.hpp"
#include "support.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(told) {
    const std::string text(fuzz::text_of(data, size));
    remote::read_told(fuzz::put("told", text));
    const auto whole = fuzz::put("told", base::short_hash(text) + "\n" + text);
    for (const auto& one : remote::read_told(whole))
        fuzz::check(submission::is_token(one.token), "a submission has a token");
    return 0;
}
