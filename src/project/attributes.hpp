// What people ask Git to make of files: settings, the filters that they define, and attributes.
#pragma once

#include <map>
#include <set>
#include <string>

#include "base/process.hpp"
#include "project/git.hpp"

namespace rdvc::project {

/// A filter, as gitattributes(5) says.
struct Driver {
    std::string clean;
    std::string smudge;
    std::string process;

    [[nodiscard]] bool is_there() const;
    /// What only strips on the way in (nbstripout) gives the blob at checkout.
    [[nodiscard]] bool seals() const;
};

/// The settings that decide what a checkout makes of files.
struct ConversionSettings {
    std::string text; ///< what differs from Git's defaults, as part of a configuration file
    std::string attributes_file;           ///< core.attributesFile
    std::map<std::string, Driver> filters; ///< by name, without Git LFS's
};

/// What all attributes files together ask for, whatever the files.
struct Asked {
    std::set<std::string> filters;
    bool conversions = false; ///< Git's own
    bool expansions = false;  ///< of those, some that make other bytes than the blob's at checkout
};

ConversionSettings read_conversion_settings(base::Runner& runner, const Repository& repository);

/// gitattributes(5): the file for all repositories of a user; `configured` by core.attributesFile,
/// or "".
std::string read_user_attributes(const std::string& configured);

/// `.git/info/attributes`.
std::string read_info_attributes(base::Runner& runner, const Repository& repository);

Asked what_is_asked(const std::string& attributes);

} // namespace rdvc::project
