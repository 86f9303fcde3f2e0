// What jobs copy of their metrics and plots while they run (`cluster/job/3-run/live.sh`), as the
// login node sends it. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rdvc::table {

struct LiveFile {
    std::string path; ///< from the repository's root
    std::string content;
    std::uint64_t size = 0;
    bool is_large = false; ///< too large: without its content
};

/// Of one task, or the sweep's `tasks`.
struct LiveRecord {
    std::string kind;  ///< `metrics`, `plots`, `tasks`
    unsigned task = 0; ///< its number; 0 of a submission that is no sweep
    std::string body;

    /// Of metrics and plots. Total: what is damaged is left out.
    [[nodiscard]] std::vector<LiveFile> files() const;
};

/// Takes the stream in pieces of any size.
class LiveReader {
  public:
    explicit LiveReader(std::function<void(const LiveRecord&)> on_record)
        : on_record_(std::move(on_record)) {}

    void feed(std::string_view bytes);
    /// True if the stream was whole and none of it was skipped.
    [[nodiscard]] bool is_whole() const { return !is_damaged_ && held_.empty(); }

  private:
    bool take_one(std::string_view& rest);

    std::function<void(const LiveRecord&)> on_record_;
    std::string held_;
    bool is_damaged_ = false;
};

} // namespace rdvc::table
