// YAML values as DVC compares them. The first line is a key.

#include "data/values.hpp"
#include "data/needs.hpp"
#include "support.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(values) {
    const auto text = fuzz::text_of(data, size);
    const auto end = std::min(text.find('\n'), text.size());
    const std::string key(text.substr(0, end));
    const std::string content(text.substr(std::min(end + 1, text.size())));
    fuzz::only_errors([&] {
        const auto value = data::parameter(content, key);
        fuzz::check(value == data::parameter(content, key), "the same text has the same value");
        data::parameter(content, "a.0.b");
    });
    return 0;
}
