// The ledger returns every record, whatever it contains.

#include <tuple>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.hpp"
#include "ledger/ledger.hpp"
#include "support/folder.hpp"
#include "support/hostile.hpp"

namespace rdvc::ledger {
namespace {

rc::Gen<std::string> utf8_text() {
    return rc::gen::map(tests::hostile_text(), [](std::string text) {
        while (!base::is_utf8(text))
            text.pop_back();
        return text;
    });
}

rc::Gen<std::vector<Stored>> stored() {
    const auto stored =
        rc::gen::map(rc::gen::tuple(utf8_text(), utf8_text(), utf8_text()),
                     [](const std::tuple<std::string, std::string, std::string>& words) {
                         return Stored{std::get<0>(words), std::get<1>(words), std::get<2>(words)};
                     });
    return rc::gen::resize(4, rc::gen::container<std::vector<Stored>>(stored));
}

RC_GTEST_PROP(Ledger, GivesEveryRecordBack, ()) {
    const tests::Folder folder;
    Ledger ledger(folder.path());
    std::vector<Record> records;
    const auto n = *rc::gen::inRange(1, 6);
    for (int i = 0; i < n; ++i) {
        records.push_back({.token = "token" + std::to_string(i),
                           .time = *utf8_text(),
                           .cluster = *utf8_text(),
                           .mirror = *utf8_text(),
                           .name = *utf8_text(),
                           .commit = *utf8_text(),
                           .job = *utf8_text(),
                           .state = *rc::gen::element(State::intent, State::submitted,
                                                      State::refused, State::unconfirmed),
                           .stored = *stored(),
                           .resent = *rc::gen::arbitrary<bool>()});
        ledger.conclude(records.back());
    }
    const auto read = ledger.read();
    RC_ASSERT(read.size() == records.size());
    for (std::size_t i = 0; i < read.size(); ++i) {
        RC_ASSERT(read[i].token == records[i].token);
        RC_ASSERT(read[i].time == records[i].time);
        RC_ASSERT(read[i].cluster == records[i].cluster);
        RC_ASSERT(read[i].mirror == records[i].mirror);
        RC_ASSERT(read[i].name == records[i].name);
        RC_ASSERT(read[i].commit == records[i].commit);
        RC_ASSERT(read[i].job == records[i].job);
        RC_ASSERT(static_cast<int>(read[i].state) == static_cast<int>(records[i].state));
        RC_ASSERT(read[i].stored == records[i].stored);
        RC_ASSERT(read[i].resent == records[i].resent);
    }
}

} // namespace
} // namespace rdvc::ledger
