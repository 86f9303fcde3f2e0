#include "send/answer.hpp"

#include <fmt/core.h>

#include "base/text.hpp"
#include "script/requests.hpp"

namespace rdvc::send {

using base::Error;
using base::Exit;

std::string JobAnswer::job() const {
    return base::key_and_value(rest).first;
}

JobAnswer send_job(world::World& world, remote::Cluster& cluster, std::string_view request,
                   const script::Variables& variables, const std::string& nonce,
                   const remote::Cluster::Data& data) {
    JobAnswer answer;
    answer.reply = cluster.execute(
        request, variables, nonce, data, base::Effect::changes, [&](const transport::Frame& frame) {
            if (frame.verb == "err")
                answer.errors.push_back(frame.rest);
            else if (frame.verb == "unset")
                world.console.warn(
                    fmt::format("the login node sets {}; it is ignored", frame.rest));
            else if (frame.verb == "lacks")
                answer.lacks.push_back(frame.rest);
            else if (frame.verb == "attempt")
                answer.tasks = base::key_and_value(frame.rest).second;
            else if (frame.verb == "log")
                world.console.note(frame.rest);
            else if (frame.verb == "submitted" ? remote::is_submitted(frame)
                                               : script::is_last_word(request, frame.verb)) {
                answer.verb = frame.verb;
                answer.rest = frame.rest;
            }
        });
    return answer;
}

Error no_job(const JobAnswer& answer, const std::string& cluster, const std::string& unknown,
             const std::string& hint) {
    const auto said = base::join(answer.errors, "\n");
    const auto [kind, rest] = base::key_and_value(answer.rest);
    if (answer.verb == "refused" && kind == "sbatch")
        return Error(Exit::refused, "sbatch refused the job").context(said);
    if (answer.verb == "refused")
        return Error(Exit::not_ready, rest).context(said);
    if (answer.reply.outcome == transport::Outcome::unreachable ||
        answer.reply.outcome == transport::Outcome::no_bash)
        return remote::connection_error(cluster, answer.reply);
    return Error(Exit::unknown, unknown)
        .context(answer.verb == "unknown" ? base::trim(answer.rest + "\n" + said)
                                          : transport::main_reason(answer.reply.errors))
        .hint(hint);
}

} // namespace rdvc::send
