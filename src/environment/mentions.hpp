// What setup's texts ask for: a version from Git's tags, code for this machine's processor, a tool
// that keeps its environment elsewhere.
#pragma once

#include <string>
#include <vector>

#include "environment/selection.hpp"

namespace rdvc::environment {

/// How the result of setup depends on Git's tags and commits.
enum class Version {
    none,
    tags, ///< something asks Git for a version: each commit has an environment of its own
    plain ///< only setuptools-scm does, in a way that a job can write over: see version.sh
};

/// `setup`: the setup command.
Version version_asked_for(const std::string& setup, const std::vector<Text>& texts);

/// True if a compiler is told to look at the machine (`-march=native`).
bool compiles_for_processor(const std::string& setup, const std::vector<Text>& texts);

/// `Poetry`, `PDM` or `Pipenv` if setup calls it: by default it keeps its environment outside of
/// the checkout. "" if setup calls none of them.
std::string setup_tool(const std::string& setup, const std::vector<Text>& texts);

/// The distributions that the texts say they build, normalised and sorted (`name = "My.Package"`:
/// my-package). Source: PyPA specifications, "Names and normalization".
std::vector<std::string> distributions_named(const std::vector<Text>& texts);

} // namespace rdvc::environment
