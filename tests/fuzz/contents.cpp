// Remembered hashes of files' content; a damaged memory is replaced.

#include "data/contents.hpp"
#include "support.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(contents) {
    const auto memory = fuzz::put("memory", fuzz::text_of(data, size));
    static const auto file = fuzz::put("known", "data\n");
    data::Contents contents(memory);
    fuzz::check(contents.hash(file, false) == "6137cde4893c59f76f005a8123d8e8e6",
                "a file's content is what it is");
    fuzz::check(contents.hash(fuzz::scratch() / "absent", true).empty(), "what is absent has none");
    return 0;
}
