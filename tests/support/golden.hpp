// Texts under review: compares the program's text, byte for byte, with a file in tests/golden/.
// RDVC_BLESS=1 writes the file instead; the diff is the review.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "support/folder.hpp"

namespace rdvc::tests {

inline void expect_golden(const std::string& name, const std::string& text) {
    const auto path = std::filesystem::path(RDVC_TESTS_FOLDER) / "golden" / name;
    const char* bless = std::getenv("RDVC_BLESS");
    if (bless != nullptr && std::string(bless) == "1") {
        put_file(path, text);
        std::filesystem::permissions(path, static_cast<std::filesystem::perms>(0644));
        return;
    }
    const auto golden = base::read_file(path);
    ASSERT_TRUE(golden.has_value()) << path << " is missing; `./dev bless` writes it";
    if (*golden == text)
        return;
    const auto is = base::split(text, '\n');
    const auto was = base::split(*golden, '\n');
    std::size_t line = 0;
    while (line < is.size() && line < was.size() && is[line] == was[line])
        ++line;
    ADD_FAILURE() << name << " differs from line " << line + 1
                  << " on (`./dev bless` takes it over)\n"
                  << "was: " << (line < was.size() ? was[line] : "(its end)") << "\n"
                  << "is:  " << (line < is.size() ? is[line] : "(its end)");
}

} // namespace rdvc::tests
