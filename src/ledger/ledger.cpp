#include "ledger/ledger.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
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

std::string_view name_of(State state) {
    return std::find_if(state_names.begin(), state_names.end(),
                        [&](const auto& row) { return row.first == state; })
        ->second;
}

std::string to_line(const Record& record) {
    Json holdings = Json::array();
    for (const auto& holding : record.holdings)
        holdings.push_back({holding.place, holding.object, holding.boundary});
    const Json json = {{"token", record.token},     {"time", record.time},
                       {"cluster", record.cluster}, {"mirror", record.mirror},
                       {"name", record.name},       {"commit", record.commit},
                       {"job", record.job},         {"state", name_of(record.state)},
                       {"holdings", holdings},      {"resent", record.resent},
                       {"dir", record.dir},         {"words", record.words}};
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
    if (const auto holdings = json.find("holdings"); holdings != json.end())
        for (const auto& holding : *holdings)
            if (holding.is_array() && holding.size() == 3 && holding[0].is_string() &&
                holding[1].is_string() && holding[2].is_string())
                record.holdings.push_back({holding[0], holding[1], holding[2]});
    record.resent = json.value("resent", Json(false)) == Json(true);
    record.dir = text("dir");
    if (const auto words = json.find("words"); words != json.end() && words->is_array())
        for (const auto& word : *words)
            record.words.push_back(word.is_string() ? word.get<std::string>() : "");
    return record.token.empty() ? std::nullopt : std::optional(record);
}

} // namespace

std::unique_ptr<base::FileLock> Ledger::hold(const std::string& token) const {
    const auto folder = folder_ / "submissions" / token;
    std::filesystem::create_directories(folder);
    auto lock = std::make_unique<base::FileLock>(folder / "lock");
    return lock->try_lock() ? std::move(lock) : nullptr;
}

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

std::vector<Holding> believed_holdings(const std::vector<Record>& records,
                                       std::string_view cluster) {
    constexpr int most = 16;
    std::map<std::string, int> counts;
    std::set<std::string> resent;
    std::vector<Holding> believed;
    for (auto record = records.rbegin(); record != records.rend(); ++record) {
        if (record->state != State::submitted || record->cluster != cluster)
            continue;
        for (const auto& holding : record->holdings)
            if (!resent.contains(holding.place) &&
                std::find(believed.begin(), believed.end(), holding) == believed.end() &&
                counts[holding.place]++ < most)
                believed.push_back(holding);
        if (record->resent)
            for (const auto& holding : record->holdings)
                resent.insert(holding.place);
    }
    return believed;
}

} // namespace rdvc::ledger
