// ssh's output: on standard error, and about its own configuration (`ssh -G`).

#include "transport/ssh.hpp"
#include "support.hpp"
#include "transport/ssh_config.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(ssh) {
    if (size == 0)
        return 0;
    const auto words = fuzz::text_of(data + 1, size - 1);
    const int status = data[0];
    const auto outcome = transport::classify(status, false, words);
    fuzz::check(outcome != transport::Outcome::answered, "nobody answers without a hello");
    fuzz::check(outcome != transport::Outcome::unreachable || status == 255,
                "only ssh's own failure is certain not to have started anything");
    const auto heard = transport::classify(status, true, words);
    fuzz::check(heard == transport::Outcome::answered || heard == transport::Outcome::unknown,
                "what has begun has begun");
    const auto reason = transport::main_reason(words);
    fuzz::check(!reason.empty() && reason.find('\n') == std::string::npos, "a reason is one line");
    const auto sharing = transport::sharing_options(transport::sharing_in(words), "/run/rdvc");
    fuzz::check(sharing.size() % 2 == 0, "each option has its `-o`");
    for (const auto& option : transport::plain_options(words))
        fuzz::check(option == "-o" || option.find('=') != std::string::npos, "only our own words");
    return 0;
}
