#include "environment/pattern.hpp"

#include <cassert>

#include <regex.h>

namespace rdvc::environment {

struct Pattern::Compiled {
    explicit Compiled(const std::string& expression) {
        [[maybe_unused]] const int code = ::regcomp(&regex, expression.c_str(), REG_EXTENDED);
        assert(code == 0);
    }
    ~Compiled() { ::regfree(&regex); }
    Compiled(const Compiled&) = delete;
    Compiled& operator=(const Compiled&) = delete;
    Compiled(Compiled&&) = delete;
    Compiled& operator=(Compiled&&) = delete;

    regex_t regex{};
};

namespace {

std::string any_of(const std::vector<std::string_view>& expressions) {
    std::string all;
    for (const auto expression : expressions)
        all += (all.empty() ? "" : "|") + std::string(expression);
    return all;
}

} // namespace

Pattern::Pattern(const std::vector<std::string_view>& expressions)
    : compiled_(std::make_shared<const Compiled>(any_of(expressions))) {}

bool Pattern::matches(const std::string& line) const {
    return ::regexec(&compiled_->regex, line.c_str(), 0, nullptr, 0) == 0;
}

std::string Pattern::removed_from(const std::string& line) const {
    std::string rest;
    const char* at = line.c_str();
    regmatch_t match{};
    while (::regexec(&compiled_->regex, at, 1, &match, at == line.c_str() ? 0 : REG_NOTBOL) == 0 &&
           match.rm_eo > match.rm_so) {
        rest.append(at, static_cast<std::size_t>(match.rm_so));
        at += match.rm_eo;
    }
    return rest + at;
}

} // namespace rdvc::environment
