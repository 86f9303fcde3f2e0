#include "ledger/ledger.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "base/text.hpp"

namespace rdvc::ledger {

namespace {

using Json = nlohmann::json;

constexpr std::array<std::pair<State, std::string_view>, 4> state_names = {{
    {State::intent, "intent"},
    {State::submitted, "submitted"},
    {State::refused, "refused"},
    {State::unconfirmed, "unconfirmed"},
}};

constexpr std::array<std::pair<Sent, std::string_view>, 3> sent_names = {{
    {Sent::nothing, "nothing"},
    {Sent::missing, "missing"},
    {Sent::all, "all"},
}};

// The word for an enumerator, by one of the tables above.
template <typename Table, typename Enumerator>
std::string_view name_in(const Table& table, Enumerator wanted) {
    return std::find_if(table.begin(), table.end(),
                        [&](const auto& row) { return row.first == wanted; })
        ->second;
}

std::string to_line(const Record& record) {
    const Json json = {{"token", record.token},
                       {"time", record.time},
                       {"cluster", record.cluster},
                       {"mirror", record.mirror},
                       {"name", record.name},
                       {"commit", record.commit},
                       {"job", record.job},
                       {"state", name_in(state_names, record.state)},
                       {"sent", name_in(sent_names, record.sent)}};
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<Record> from_line(std::string_view line) {
    const auto json = Json::parse(line, nullptr, false);
    if (!json.is_object())
        return std::nullopt;
    const auto text = [&json](const char* key) {
        const auto field = json.find(key);
        return field != json.end() && field->is_string() ? field->get<std::string>()
                                                         : std::string();
    };
    Record record{text("token"), text("time"),   text("cluster"), text("mirror"),
                  text("name"),  text("commit"), text("job"),     State::intent};
    for (const auto& [state, name] : state_names)
        if (text("state") == name)
            record.state = state;
    for (const auto& [sent, name] : sent_names)
        if (text("sent") == name)
            record.sent = sent;
    return record.token.empty() ? std::nullopt : std::optional(record);
}

} // namespace

void Ledger::intend(const Record& record, std::string_view script) {
    base::write_file(folder_ / "submissions" / record.token / "job.sh", script);
    base::append_line(folder_ / "ledger.jsonl", to_line(record));
}

void Ledger::conclude(const Record& record) {
    base::append_line(folder_ / "ledger.jsonl", to_line(record));
}

std::vector<Record> Ledger::read() const {
    std::vector<Record> records;
    std::map<std::string, std::size_t> places;
    for (const auto& line : base::lines(base::read_file(folder_ / "ledger.jsonl").value_or(""))) {
        auto record = from_line(line);
        if (!record)
            continue;
        const auto [place, is_new] = places.emplace(record->token, records.size());
        if (is_new)
            records.push_back(std::move(*record));
        else
            records[place->second] = std::move(*record);
    }
    return records;
}

std::optional<std::string> Ledger::script(const std::string& token) const {
    return base::read_file(folder_ / "submissions" / token / "job.sh");
}

std::vector<std::string> believed_commits(const std::vector<Record>& records,
                                          std::string_view cluster, std::string_view mirror) {
    constexpr std::size_t most = 16;
    std::vector<std::string> commits;
    for (auto record = records.rbegin(); record != records.rend() && commits.size() < most;
         ++record) {
        if (record->state != State::submitted || record->cluster != cluster ||
            record->mirror != mirror || record->sent == Sent::nothing)
            continue;
        if (std::find(commits.begin(), commits.end(), record->commit) == commits.end())
            commits.push_back(record->commit);
        if (record->sent == Sent::all)
            break;
    }
    return commits;
}

} // namespace rdvc::ledger
