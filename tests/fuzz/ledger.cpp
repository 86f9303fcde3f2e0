// The ledger: whatever is in it, a new record is read again, and no earlier one is lost.

#include "ledger/ledger.hpp"
#include "support.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(ledger) {
    const auto text = fuzz::text_of(data, size);
    fuzz::put("ledger/ledger.jsonl", text);
    const ledger::Ledger ledger(fuzz::scratch() / "ledger");
    const auto before = ledger.read();
    ledger::believed_stored(before, "alice@hpc");
    for (const auto& record : before)
        fuzz::check(!record.token.empty() && record.token.find_first_of("/.") == std::string::npos,
                    "a record's token is no path");
    ledger::Record record{.token = "11111111111111111111111111111111",
                          .time = "2024-03-11T12:00:00Z",
                          .cluster = "alice@hpc",
                          .mirror = "m.git",
                          .name = std::string(text.substr(0, 40)),
                          .commit = "c",
                          .job = "12",
                          .state = ledger::State::submitted,
                          .stored = {{"m.git", "c", ""}}};
    ledger::Ledger(fuzz::scratch() / "ledger").conclude(record);
    const auto after = ledger.read();
    std::size_t same = 0;
    for (const auto& one : before)
        for (const auto& other : after)
            same += one.token == other.token ? 1 : 0;
    fuzz::check(same == before.size(), "no record is lost");
    bool found = false;
    for (const auto& one : after)
        found = found || (one.token == record.token && one.job == "12" &&
                          one.state == ledger::State::submitted && one.stored == record.stored);
    fuzz::check(found, "the new record is there");
    return 0;
}
