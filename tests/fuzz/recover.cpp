// `rdvc recover` and `rdvc pull --partial` of an answer, as far as git and rsync do what they are
// told.

#include "cluster.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(recover) {
    fuzz::Laptop laptop(fuzz::text_of(data, size));
    laptop.git_answer = "0123456789abcdef0123456789abcdef01234567\n";
    fuzz::run_one(laptop, size,
                  {{"recover"},
                   {"recover", "first", "--json"},
                   {"recover", "--here", "first"},
                   {"pull", "--partial", "first"}});
    return 0;
}
