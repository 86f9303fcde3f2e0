#include "ledger/ledger.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "base/text.hpp"

namespace rdvc::ledger {

namespace {

using Json = nlohmann::json;

constexpr std::array<std::pair<State, std::string_view>, 5> state_names = {{
    {State::intent, "intent"},
    {State::submitted, "submitted"},
    {State::refused, "refused"},
    {State::built, "built"},
    {State::unconfirmed, "unconfirmed"},
}};

std::string_view name_of(State state) {
    return std::find_if(state_names.begin(), state_names.end(),
                        [&](const auto& row) { return row.first == state; })
        ->second;
}

// A path is any bytes, JSON is text: `%` and what is not printable ASCII as `%XX`.
std::string escaped(const std::string& path) {
    std::string text;
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        text += byte > 0x20 && byte < 0x7f && c != '%' ? std::string(1, c)
                                                       : fmt::format("%{:02X}", byte);
    }
    return text;
}

std::string unescaped(std::string_view text) {
    std::string path;
    for (std::size_t at = 0; at < text.size(); ++at) {
        unsigned char byte = 0;
        const auto* digits = text.data() + at + 1;
        if (text[at] == '%' && at + 2 < text.size() &&
            std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2)
            at += 2;
        else
            byte = static_cast<unsigned char>(text[at]);
        path += static_cast<char>(byte);
    }
    return path;
}

std::string to_line(const Record& record) {
    Json stored = Json::array();
    for (const auto& one : record.stored)
        stored.push_back({one.place, one.object, one.boundary});
    Json json = {{"token", record.token},     {"time", record.time},
                 {"cluster", record.cluster}, {"mirror", record.mirror},
                 {"name", record.name},       {"commit", record.commit},
                 {"job", record.job},         {"state", name_of(record.state)},
                 {"holdings", stored},        {"resent", record.resent},
                 {"dir", record.dir},         {"words", record.words}};
    if (record.tasks > 0)
        json["tasks"] = record.tasks;
    if (record.outputs)
        for (auto& folders = json["outputs"] = Json::array(); const auto& folder : *record.outputs)
            folders.push_back(escaped(folder));
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// It becomes part of paths.
bool is_plain(const std::string& token) {
    return !token.empty() && std::all_of(token.begin(), token.end(),
                                         [](unsigned char c) { return std::isalnum(c) != 0; });
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
    if (const auto stored = json.find("holdings"); stored != json.end())
        for (const auto& one : *stored)
            if (one.is_array() && one.size() == 3 && one[0].is_string() && one[1].is_string() &&
                one[2].is_string())
                record.stored.push_back({one[0], one[1], one[2]});
    record.resent = json.value("resent", Json(false)) == Json(true);
    record.dir = text("dir");
    const auto list = [&json](const char* key) -> std::optional<std::vector<std::string>> {
        const auto field = json.find(key);
        if (field == json.end() || !field->is_array())
            return std::nullopt;
        std::vector<std::string> words;
        for (const auto& word : *field)
            words.push_back(word.is_string() ? word.get<std::string>() : "");
        return words;
    };
    record.words = list("words").value_or(std::vector<std::string>());
    if (const auto tasks = json.find("tasks"); tasks != json.end() && tasks->is_number_unsigned())
        record.tasks = tasks->get<unsigned>();
    record.outputs = list("outputs");
    if (record.outputs)
        for (auto& folder : *record.outputs)
            folder = unescaped(folder);
    return is_plain(record.token) ? std::optional(record) : std::nullopt;
}

} // namespace

std::unique_ptr<base::FileLock> Ledger::hold(const std::string& token) const {
    const auto folder = folder_ / "submissions" / token;
    auto lock = std::make_unique<base::FileLock>(folder / "lock");
    return lock->try_lock() ? std::move(lock) : nullptr;
}

void Ledger::intend(const Record& record, std::string_view script, std::string_view environment,
                    std::string_view tasks) {
    const auto folder = folder_ / "submissions" / record.token;
    if (!environment.empty())
        base::write_file(folder / "environment.inputs", environment);
    if (!tasks.empty())
        base::write_file(folder / "tasks", tasks);
    base::write_file(folder / "job.sh", script);
    base::append_line(folder_ / "ledger.jsonl", to_line(record));
}

void Ledger::conclude(const Record& record) {
    base::append_line(folder_ / "ledger.jsonl", to_line(record));
}

std::vector<Record> Ledger::read() const {
    std::vector<Record> records;
    std::map<std::string, std::size_t> places;
    std::size_t number = 0;
    for (const auto& line : base::lines(base::read_file(folder_ / "ledger.jsonl").value_or(""))) {
        auto record = from_line(line);
        ++number;
        if (!record)
            continue;
        record->line = number;
        const auto [place, is_new] = places.emplace(record->token, records.size());
        if (is_new) {
            records.push_back(std::move(*record));
            continue;
        }
        auto& known = records[place->second];
        record->earlier_jobs = std::move(known.earlier_jobs);
        if (!known.job.empty() && known.job != record->job)
            record->earlier_jobs.push_back(known.job);
        else if (known.state != State::refused || !record->is_open()) // else it is tried again
            record->line = known.line;
        known = std::move(*record);
    }
    return records;
}

std::optional<std::string> Ledger::script(const std::string& token) const {
    return base::read_file(folder_ / "submissions" / token / "job.sh");
}

std::optional<std::string> Ledger::tasks(const std::string& token) const {
    return base::read_file(folder_ / "submissions" / token / "tasks");
}

std::optional<std::string> Ledger::environment(const std::string& token) const {
    return base::read_file(folder_ / "submissions" / token / "environment.inputs");
}

std::vector<Record> by_attempt(std::vector<Record> records) {
    std::stable_sort(records.begin(), records.end(),
                     [](const Record& a, const Record& b) { return a.line < b.line; });
    return records;
}

std::vector<Stored> believed_stored(const std::vector<Record>& records, std::string_view cluster) {
    constexpr int most = 16;
    std::map<std::string, int> counts;
    std::set<std::string> resent;
    std::vector<Stored> believed;
    for (auto record = records.rbegin(); record != records.rend(); ++record) {
        if ((record->state != State::submitted && record->state != State::built) ||
            record->cluster != cluster)
            continue;
        for (const auto& stored : record->stored)
            if (!resent.contains(stored.place) &&
                std::find(believed.begin(), believed.end(), stored) == believed.end() &&
                counts[stored.place]++ < most)
                believed.push_back(stored);
        if (record->resent)
            for (const auto& stored : record->stored)
                resent.insert(stored.place);
    }
    return believed;
}

} // namespace rdvc::ledger
