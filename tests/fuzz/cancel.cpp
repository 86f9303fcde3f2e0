// `rdvc cancel` and `retry` of an answer, and what became of a submission that is open.

#include "cluster.hpp"

using namespace rdvc;

namespace {

// One submission whose answer never arrived.
void write_ledger() {
    fuzz::put("home/.local/state/rdvc/ledger.jsonl",
              R"({"token":"22222222222222222222222222222222","time":"2024-03-11T12:00:00Z",)"
              R"("cluster":"hpc","mirror":"project-7f3a9c1d.git","name":"second","commit":"c",)"
              R"("job":"","state":"unconfirmed","dir":"~/.rdvc"})"
              "\n");
}

} // namespace

RDVC_FUZZ_TARGET(cancel) {
    fuzz::Laptop laptop(fuzz::text_of(data, size));
    laptop.status = size % 5 == 0 ? 255 : 0;
    write_ledger();
    fuzz::run_one(laptop, size,
                  {{"status"}, {"cancel", "first"}, {"retry", "second", "--time=2:00"}});
    return 0;
}
