// `rdvc status` of an answer: as a table, of one submission, as JSON; and `rdvc table`, `why`,
// `events`.

#include "cluster.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(status) {
    fuzz::Laptop laptop(fuzz::text_of(data, size));
    fuzz::run_one(laptop, size,
                  {{"status"},
                   {"status", "first"},
                   {"status", "--all"},
                   {"status", "--json"},
                   {"why", "first"},
                   {"events", "first"},
                   {"events", "first", "--json"},
                   {"table", "first"},
                   {"table", "first", "--json"},
                   {"table", "first", "--plot", "loss"}});
    return 0;
}
