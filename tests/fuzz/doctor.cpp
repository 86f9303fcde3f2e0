// `rdvc doctor --deep`: versions of programs, and the cluster's answer.

#include "checks/checks.hpp"
#include "cluster.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(doctor) {
    const auto text = fuzz::text_of(data, size);
    if (const auto version = checks::find_version(text))
        fuzz::check(version->first >= 0 && version->second >= 0, "a version is two numbers");
    fuzz::Laptop laptop(text);
    laptop.git_answer = text;
    fuzz::run_one(laptop, size, {{"doctor", "--deep"}, {"doctor", "--json"}});
    return 0;
}
