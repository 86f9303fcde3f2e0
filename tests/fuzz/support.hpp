// Shared by fuzzers: a check that stops the program, input cut into words, a folder in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"

/// The head of a fuzzer's one function, which has `data` and `size`: the one that libFuzzer calls;
/// in the program that replays the corpus, which has all of them, fuzz_NAME.
#ifdef RDVC_FUZZ_REPLAY
#define RDVC_FUZZ_TARGET(name) RDVC_FUZZ_FUNCTION(fuzz_##name)
#else
#define RDVC_FUZZ_TARGET(name) RDVC_FUZZ_FUNCTION(LLVMFuzzerTestOneInput)
#endif
#define RDVC_FUZZ_FUNCTION(name)                                                                   \
    extern "C" int name(const std::uint8_t* data, std::size_t size);                               \
    extern "C" int name(const std::uint8_t* data, std::size_t size)

namespace rdvc::fuzz {

/// An invariant of the parser; stops the program if it does not hold.
inline void check(bool holds, const char* what) {
    if (holds)
        return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size}; // NOLINT: the one cast there is
}

/// Runs `parse`, which may throw only errors that main reports, with a printable message.
template <typename Parse>
void only_errors(const Parse& parse) {
    try {
        parse();
    } catch (const base::Error& error) {
        for (const auto& line : base::lines(error.message()))
            check(base::printable(line) == line, "an error's message is printable");
    } catch (const std::filesystem::filesystem_error&) { // which main tells of as well
    }
}

/// True if a human may read it on a terminal: clean lines.
inline bool is_clean(std::string_view text) {
    for (const auto& line : base::split(text, '\n'))
        if (base::printable(line) != line)
            return false;
    return true;
}

/// The input's sections: each begins with a line `@@ NAME`; before the first one it is "".
inline std::vector<std::pair<std::string, std::string>> sections(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> all = {{"", ""}};
    for (const auto& line : base::split(text, '\n')) {
        if (line.starts_with("@@ "))
            all.emplace_back(line.substr(3), "");
        else
            all.back().second += line + "\n";
    }
    if (all.front().second.empty())
        all.erase(all.begin());
    return all;
}

/// A folder of this process, in memory where there is such a file system; removed at the end.
inline const std::filesystem::path& scratch() {
    struct Scratch {
        std::filesystem::path path =
            std::filesystem::path(std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp") /
            ("rdvc-fuzz-" + std::to_string(::getpid()));
        Scratch() { std::filesystem::create_directories(path); }
        ~Scratch() {
            std::error_code ignored;
            std::filesystem::remove_all(path, ignored);
        }
    };
    static const Scratch folder;
    return folder.path;
}

/// Writes the file below the scratch folder, not synced.
inline std::filesystem::path put(const std::string& name, std::string_view content) {
    auto path = scratch() / name;
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) {
        std::filesystem::create_directories(path.parent_path());
        file = std::fopen(path.c_str(), "wb");
    }
    check(file != nullptr, "the scratch folder can be written to");
    if (!content.empty()) // whose data may be null
        std::fwrite(content.data(), 1, content.size(), file);
    std::fclose(file);
    return path;
}

} // namespace rdvc::fuzz
