#include "remote/clean.hpp"

#include <cstdlib>

#include <fmt/core.h>

#include "base/text.hpp"
#include "script/embedded.hpp"

namespace rdvc::remote {

namespace {

script::Variables variables(const CleanQuestion& question, const std::string& action) {
    script::Variables all;
    all.words = {{"action", action},
                 {"mirror", question.mirror},
                 {"all_projects", question.all_projects ? "1" : "0"},
                 {"dry_run", question.dry_run ? "1" : "0"},
                 {"older", fmt::format("{}", question.older)},
                 {"functions", script::job_functions().hash}};
    all.lists = {{"here", {}}};
    return all;
}

// "42 (exp-1)", or the token's start where it has no job.
std::string title_of(const std::string& token, const std::string& job, const std::string& name) {
    const auto id = job == "-" ? token.substr(0, 8) : job;
    return name == "-" ? id : fmt::format("{} ({})", id, name);
}

void add_frame(Cleaned& answer, const transport::Frame& frame) {
    std::string rest = frame.rest;
    const auto word = [&rest] {
        auto [first, others] = base::key_and_value(rest);
        rest = others;
        return first;
    };
    if (frame.verb == "dir") {
        answer.dir = frame.rest;
    } else if (frame.verb == "squeue") {
        answer.squeue_words = frame.rest;
    } else if (frame.verb == "removed") {
        RemovedItem item{.kind = word(), .kib = std::strtoull(word().c_str(), nullptr, 10)};
        const auto job = word();
        const auto name = word();
        item.path = rest;
        if (item.kind == "submission")
            item.title = title_of(rest.substr(rest.rfind('/') + 1), job, name);
        answer.removed.push_back(std::move(item));
    } else if (frame.verb == "kept") {
        KeptItem item{.kind = word(), .reason = word(), .title = {}};
        const auto job = word();
        const auto name = word();
        item.title = item.kind == "submission" ? title_of(rest, job, name) : rest;
        answer.kept.push_back(std::move(item));
    } else if (frame.verb == "failed") {
        word();
        answer.failed.push_back(rest);
    }
}

} // namespace

std::vector<std::string> ask_results(Cluster& cluster, const CleanQuestion& question) {
    std::vector<std::string> commits;
    cluster.ask("clean", variables(question, "results"), [&](const transport::Frame& frame) {
        // Text from the cluster becomes a question to git.
        const bool sound = frame.rest.size() >= 40 &&
                           frame.rest.find_first_not_of("0123456789abcdef") == std::string::npos;
        if (frame.verb == "result" && sound)
            commits.push_back(frame.rest);
    });
    return commits;
}

Cleaned ask_clean(Cluster& cluster, const CleanQuestion& question,
                  const std::vector<std::string>& here) {
    auto asked = variables(question, "clean");
    asked.lists["here"] = here;
    Cleaned answer;
    cluster.ask("clean", asked, [&](const transport::Frame& frame) { add_frame(answer, frame); });
    return answer;
}

} // namespace rdvc::remote
