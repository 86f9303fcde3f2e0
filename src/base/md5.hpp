// MD5 as DVC uses it: to name content, not to defend it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace rdvc::base {

/// The MD5 of text that comes in pieces. Source: RFC 1321, by libmd.
class Md5 {
  public:
    Md5();

    void add(std::string_view text);
    /// 32 hex digits; the end of its use.
    std::string hex();

  private:
    std::shared_ptr<void> context_;
};

/// How many hex digits an MD5 has.
constexpr std::size_t md5_digits = 32;

/// True if `text` could be an MD5 in hex digits.
bool is_md5(std::string_view text);

/// 32 hex digits.
std::string md5(std::string_view text);

/// The same of a file's content. Throws Error if it cannot be read.
std::string md5_of_file(const std::filesystem::path& path);

/// The same of a text file's content with CR LF as LF, as DVC before 3.0 named it; files that do
/// not look like text to DVC are hashed unchanged. Throws Error if it cannot be read.
std::string md5_of_file_dos2unix(const std::filesystem::path& path);

} // namespace rdvc::base
