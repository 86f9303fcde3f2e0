// Prints the laptop's description of an environment, for tests of the cluster's side:
// `describe_environment TOP TREE < SETTINGS` does so for a tree of the repository TOP. SETTINGS:
// lines `WORD VALUE`; inputs, ignore and outside may be repeated.
#include <iostream>

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "send/environment.hpp"

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: describe_environment TOP TREE < SETTINGS\n";
        return 2;
    }
    rdvc::submission::Submission submission;
    auto& facts = submission.facts;
    auto& environment = submission.environment;
    facts.commit = argv[2];
    for (std::string line; std::getline(std::cin, line);) {
        const auto [word, value] = rdvc::base::key_and_value(line);
        if (word == "project")
            facts.mirror = value + ".git";
        else if (word == "project_dir")
            facts.project_dir = value;
        else if (word == "setup")
            facts.setup = value;
        else if (word == "activate")
            environment.activate = value;
        else if (word == "inputs")
            environment.inputs.push_back(value);
        else if (word == "ignore")
            environment.ignore.push_back(value);
        else if (word == "outside")
            environment.outside.push_back(value);
    }
    rdvc::base::ProcessRunner runner;
    try {
        std::cout << rdvc::send::describe_environment(runner, {.top = argv[1], .prefix = {}},
                                                      submission, {});
    } catch (const rdvc::base::Error& error) {
        std::cerr << "rdvc: error: " << error.what() << '\n';
        return 1;
    }
}
