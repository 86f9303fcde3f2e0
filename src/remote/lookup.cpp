#include "remote/lookup.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/core.h>

#include "base/text.hpp"
#include "remote/status.hpp"

namespace rdvc::remote {

using base::Error;
using base::Exit;

namespace {

// Names by which a user may refer to a submission.
struct Named {
    std::string token;
    std::string job;
    std::string name;
    std::vector<std::string> earlier_jobs = {};
};

// The newest of `all` (sorted oldest first) with this id or name, or else the only one whose token
// begins with it; "" if no submission matches. Throws Error (usage).
std::string called(const std::vector<Named>& all, const std::string& word) {
    constexpr std::size_t least = 4;
    const auto is_meant = [&](const Named& one) {
        const auto& earlier = one.earlier_jobs;
        return word.empty() || one.job == word || one.name == word ||
               std::find(earlier.begin(), earlier.end(), word) != earlier.end();
    };
    const auto sure = std::find_if(all.rbegin(), all.rend(), is_meant);
    if (sure != all.rend())
        return sure->token;
    std::map<std::string, std::string> begin; // token -> line
    for (const auto& one : all)
        if (word.size() >= least && one.token.starts_with(word))
            begin[one.token] = fmt::format("{} {}", one.token, one.name);
    if (begin.size() > 1) {
        std::vector<std::string> lines;
        for (const auto& [token, line] : begin)
            lines.push_back(line);
        throw Error(Exit::usage, fmt::format("several tokens begin with `{}`", word))
            .context(base::first_lines(lines))
            .hint("give more digits");
    }
    return begin.empty() ? "" : begin.begin()->first;
}

} // namespace

std::vector<std::string> find_submissions(world::World& world, Cluster& cluster,
                                          const std::string& mirror,
                                          const std::vector<std::string>& words) {
    std::vector<Named> known;
    std::vector<Named> refused; // if nothing else has this name
    for (const auto& record : open_ledger(world).read())
        if (record.mirror == mirror && record.cluster == cluster.name())
            (record.has_no_job() ? refused : known)
                .push_back({record.token, record.job, record.name, record.earlier_jobs});
    std::optional<std::vector<Named>> there;
    std::vector<std::string> tokens;
    for (const auto& word : words) {
        auto token = called(known, word);
        if (token.empty() && !word.empty())
            token = called(refused, word);
        if (token.empty() && !there) {
            const auto overview = ask_overview(
                cluster, mirror, "", words.size() == 1 && word.empty() ? 1 : all_submissions);
            there.emplace();
            for (const auto& record : overview.submissions)
                there->insert(there->begin(),
                              {record.token, record.job, state::field(record.notes, "name")});
        }
        if (token.empty())
            token = called(*there, word);
        if (token.empty())
            throw Error(Exit::usage,
                        word.empty() ? "this project has no submission"
                                     : fmt::format("no submission of this project is `{}`", word))
                .hint(word.empty() ? "rdvc run" : "`rdvc status` lists them");
        tokens.push_back(token);
    }
    return tokens;
}

std::string find_submission(world::World& world, Cluster& cluster, const std::string& mirror,
                            const std::string& word) {
    return find_submissions(world, cluster, mirror, {word}).front();
}

} // namespace rdvc::remote
