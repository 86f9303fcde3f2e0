#include "state/words.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "slurm/reports.hpp"

namespace rdvc::state {

const std::vector<Word>& words() {
    static const std::vector<Word> table = {
        {Kind::pending, "pending", "rdvc wait"},
        {Kind::running, "running", "rdvc wait"},
        {Kind::published, "published", "rdvc pull"},
        {Kind::done, "done", "rdvc pull"},
        {Kind::built, "built", "rdvc status"},
        {Kind::failed, "failed", "rdvc status"},
        {Kind::unpublished, "unpublished", "rdvc recover"},
        {Kind::lost, "lost", "rdvc retry"},
        {Kind::refused, "refused", "rdvc status"},
        {Kind::unconfirmed, "unconfirmed", "rdvc status"},
        {Kind::unknown, "unknown", "rdvc status"},
        {Kind::not_submitted, "not submitted", "rdvc retry"},
    };
    return table;
}

Kind kind_of(std::string_view word) {
    const auto& table = words();
    const auto row =
        std::find_if(table.begin(), table.end(), [&](const Word& one) { return one.word == word; });
    if (row != table.end())
        return row->kind;
    return slurm::is_active(base::upper(std::string(word))) ? Kind::running : Kind::ended;
}

bool is_live(Kind kind) {
    return kind == Kind::pending || kind == Kind::running;
}

bool has_result(Kind kind) {
    return kind == Kind::published || kind == Kind::done;
}

std::string next_command(Kind kind, const std::string& id) {
    const auto& table = words();
    const auto row =
        std::find_if(table.begin(), table.end(), [&](const Word& one) { return one.kind == kind; });
    return std::string(row == table.end() ? "rdvc status" : row->next) + " " + id;
}

} // namespace rdvc::state
