#include "state/record.hpp"

#include <cstdlib>

#include <fmt/core.h>

namespace rdvc::state {

std::string field(const std::map<std::string, std::string>& map, const std::string& key) {
    const auto found = map.find(key);
    return found == map.end() ? "" : found->second;
}

std::string Record::id() const {
    return job.empty() ? token.substr(0, 8) : job;
}

std::string Record::folder(const std::string& dir) const {
    return fmt::format("{}/jobs/{}/{}", dir, token, task);
}

bool Record::is_command() const {
    return field(notes, "kind") == "command";
}

unsigned long Record::output() const {
    return std::strtoul(field(result, "output").c_str(), nullptr, 10);
}

} // namespace rdvc::state
