// How people configure Git's conversions of files: settings, filters, and attributes.
#pragma once

#include <map>
#include <set>
#include <string>

#include "base/process.hpp"
#include "project/git.hpp"

namespace rdvc::project {

/// A filter, see gitattributes(5).
struct Driver {
    std::string clean;
    std::string smudge;
    std::string process;

    [[nodiscard]] bool is_there() const;
    /// A filter that only strips when adding (nbstripout) makes the blob at checkout.
    [[nodiscard]] bool seals() const;
};

/// The settings that decide how a checkout converts files.
struct ConversionSettings {
    std::string text; ///< what differs from Git's defaults, as part of a configuration file
    std::string attributes_file;           ///< core.attributesFile
    std::map<std::string, Driver> filters; ///< by name, without Git LFS's
};

/// What all attributes files together request, for any file.
struct Asked {
    std::set<std::string> filters;
    bool conversions = false; ///< Git's own
    bool expansions = false;  ///< of those, some that make other bytes than the blob's at checkout
};

/// Starts at once what read_conversion_settings asks.
void start_conversion_question(base::Runner& runner, const Repository& repository);

ConversionSettings read_conversion_settings(base::Runner& runner, const Repository& repository);

/// gitattributes(5): the file for all repositories of a user; `configured` is the value of
/// core.attributesFile, or "".
std::string read_user_attributes(const std::string& configured);

/// `.git/info/attributes`.
std::string read_info_attributes(base::Runner& runner, const Repository& repository);

Asked what_is_asked(const std::string& attributes);

} // namespace rdvc::project
