// The frame of both programs: usage, errors, exit codes.
#pragma once

#include <cstddef>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace esol {

// Calls `body` with the program's arguments and returns the exit code: 0 done,
// 1 failed (`error: ...` on stderr), 2 when there are not `count` arguments.
template <typename Body>
int run_program(int argc, char** argv, std::size_t count, std::string_view usage, Body body) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() == 1 && (arguments[0] == "--help" || arguments[0] == "-h")) {
        std::cout << usage;
        return 0;
    }
    if (arguments.size() != count) {
        std::cerr << "error: " << count << " arguments are needed, not " << arguments.size()
                  << "\n\n"
                  << usage;
        return 2;
    }
    try {
        body(arguments);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "error: " << error.what() << '\n';
        return 1;
    }
}

} // namespace esol
