// A tar stream of objects: regular files with names. It needs no temporary file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace rdvc::remote {

/// The header before a file's bytes. `name` has at most 100 bytes, which is enough for an object's.
/// Source: POSIX, ustar; for 8 GiB and more, GNU tar's numbers in base 256.
std::string archive_header(const std::string& name, std::uint64_t size);

/// The padding after a file's bytes.
std::string archive_padding(std::uint64_t size);

/// The end of the stream, after the last file.
std::string archive_end();

/// Reads such a stream, as this or GNU tar writes it, however it is cut into pieces. Accepts
/// regular files only, with names of at most 100 bytes.
class ArchiveReader {
  public:
    using OnFile = std::function<void(const std::string& name, std::uint64_t size)>;
    using OnContent = std::function<void(std::string_view)>;
    using OnEnd = std::function<void()>;

    /// For each file: `on_file`, `on_content` for each piece of it, `on_end`.
    ArchiveReader(OnFile on_file, OnContent on_content, OnEnd on_end);

    /// Throws Error (failed) for anything but such a stream.
    void feed(std::string_view bytes);

    /// True after the last file; what follows is ignored.
    [[nodiscard]] bool is_over() const { return is_over_; }

  private:
    void take_header();

    OnFile on_file_;
    OnContent on_content_;
    OnEnd on_end_;
    std::string header_;        // as much of it as has come
    std::uint64_t content_ = 0; // bytes of the file that are still to come
    std::uint64_t padding_ = 0; // bytes after them
    bool is_over_ = false;
};

} // namespace rdvc::remote
