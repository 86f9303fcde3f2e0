#include "data/paths.hpp"

#include <filesystem>

namespace rdvc::data {

namespace {

std::string joined(const std::string& folder, const std::string& path) {
    auto whole = (std::filesystem::path(folder) / path).lexically_normal().generic_string();
    while (whole.size() > 1 && whole.ends_with("/"))
        whole.pop_back();
    return whole;
}

} // namespace

std::string folder_of(const std::string& file) {
    return std::filesystem::path(file).parent_path().generic_string();
}

std::string base_name(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

std::string join_path(const std::string& folder, const std::string& path) {
    auto whole = joined(folder, path);
    return whole == "." ? "" : whole;
}

std::string in_repository(const std::string& folder, const std::string& path) {
    if (path.find("://") != std::string::npos || path.find('\0') != std::string::npos)
        return "";
    auto whole = joined(folder, path);
    return whole.starts_with("/") || (whole + "/").starts_with("../") ? "" : whole;
}

bool overlap(const std::string& a, const std::string& b) {
    return a == b || a == "." || b == "." || a.starts_with(b + "/") || b.starts_with(a + "/");
}

std::string literal_part(const std::string& path) {
    const auto at = path.find("${");
    if (at == std::string::npos)
        return path;
    const auto slash = path.substr(0, at).rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
}

bool may_be(const std::string& path, const std::string& written) {
    const auto open = written.find("${");
    const auto close = written.rfind('}');
    if (open == std::string::npos || close == std::string::npos || close < open)
        return path == written;
    return path.size() >= open && path.starts_with(written.substr(0, open)) &&
           path.ends_with(written.substr(close + 1));
}

} // namespace rdvc::data
