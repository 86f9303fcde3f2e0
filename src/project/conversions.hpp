// Git's conversions between a commit and a work tree: line ends, encodings, `ident`, and the
// filters that people define (clean and smudge). A job's checkout makes Git's own conversions as
// configured here. The programs of filters do not exist there, so their results travel.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "base/process.hpp"
#include "project/git.hpp"

namespace rdvc::project {

/// A file whose bytes here differ from those that a checkout in the job would make.
struct ConvertedFile {
    std::string path;              ///< from the work tree's root
    std::string blob;              ///< what the commit has
    std::string filter;            ///< a filter of .gitattributes; "" for Git's own conversions
    bool sealed = false;           ///< the filter makes other bytes at checkout, as encryption does
    std::filesystem::path content; ///< the file with the bytes
};

struct Conversions {
    std::string settings;             ///< for the job's .git/config; "" if Git's defaults suffice
    std::string attributes;           ///< `.git/info/attributes`
    std::string user_attributes;      ///< the file that core.attributesFile names
    std::vector<std::string> sealing; ///< filters in use that make other bytes at checkout
    std::vector<ConvertedFile> files;
    std::vector<std::shared_ptr<base::TemporaryFolder>> made; ///< folders with the bytes of `files`

    [[nodiscard]] bool empty() const {
        return settings.empty() && attributes.empty() && user_attributes.empty() &&
               sealing.empty() && files.empty();
    }
};

/// Whose bytes are meant: those of the work tree, or, if the work tree may have something else,
/// those of a checkout here.
enum class Bytes { of_work_tree, of_checkout };

/// Whether the commit has a .gitattributes; searching for one costs time in a large repository.
enum class TrackedAttributes { none, maybe };

/// What must travel with `commit`, so that the job's files have these bytes. Excludes the content
/// of Git LFS.
Conversions find_conversions(base::Runner& runner, const Repository& repository,
                             const std::string& commit, Bytes bytes,
                             TrackedAttributes attributes = TrackedAttributes::maybe);

/// A filter that makes other bytes at checkout may exist to encrypt. Throws Error (not_ready),
/// naming files and filters, unless a file is in `named` (paths from the root) or its filter in
/// `filters`.
void refuse_sealed(const Repository& repository, const Conversions& conversions,
                   const std::vector<std::string>& named, const std::vector<std::string>& filters);

/// The job's `.git/info/attributes`: those from here, followed by the files whose bytes travel,
/// with the filter `rdvc` or `rdvc-sealed`.
std::string attributes_of(const Conversions& conversions);

} // namespace rdvc::project
