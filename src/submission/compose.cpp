#include "submission/compose.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/text.hpp"
#include "slurm/options.hpp"
#include "slurm/reports.hpp"
#include "submission/name.hpp"

namespace rdvc::submission {

namespace {

class Header {
  public:
    void set(const std::string& name, const std::optional<std::string>& value) {
        remove(name);
        options_.emplace_back(name, value);
    }

    void remove(const std::string& name) {
        std::erase_if(options_, [&](const SbatchOption& option) { return option.first == name; });
    }

    void add(const config::SbatchOptions& options) {
        for (const auto& [name, value] : options) {
            const auto* flag = std::get_if<bool>(&value.value);
            const auto* text = std::get_if<std::string>(&value.value);
            if ((flag != nullptr && !*flag) || (text != nullptr && text->empty()))
                remove(name);
            else if (text != nullptr)
                set(name, *text);
            else
                set(name, std::nullopt);
        }
    }

    [[nodiscard]] bool has(const std::string& name) const {
        return std::any_of(options_.begin(), options_.end(),
                           [&](const SbatchOption& option) { return option.first == name; });
    }

    [[nodiscard]] std::string value(const std::string& name) const {
        for (const auto& [key, value] : options_)
            if (key == name)
                return value.value_or("");
        return "";
    }

    std::vector<SbatchOption> take() { return std::move(options_); }

  private:
    std::vector<SbatchOption> options_;
};

// A job name is one line of at most 1,024 bytes, and branch names may be long. Cuts between
// characters.
std::string job_name(const Facts& facts) {
    const std::string at = facts.branch.empty() ? facts.commit.substr(0, 10) : facts.branch;
    std::string name = fmt::format("rdvc-run:{}:{}", facts.repo_name, at).substr(0, 200);
    while (!name.empty() && !base::is_utf8(name) && base::is_utf8(at))
        name.pop_back();
    return name;
}

// True if any source mentions this sbatch option, even to remove it.
bool given(const std::string& name, const config::Config& config, const std::string& instance,
           const RunArguments& arguments) {
    return config.run_options().contains(name) ||
           (!instance.empty() && config.instance(instance).contains(name)) ||
           std::any_of(arguments.sbatch.begin(), arguments.sbatch.end(),
                       [&](const SbatchOption& option) { return option.first == name; });
}

// The seconds in `[R|B:]SIG[@SECONDS]`, if the signal is for the job's shell.
int warning_of(const std::string& signal) {
    constexpr int without = 60; // sbatch's own default
    constexpr std::size_t most_digits = 6;
    if (!signal.starts_with("B:") && !signal.starts_with("BR:") && !signal.starts_with("RB:"))
        return 0;
    const auto at = signal.find('@');
    if (at == std::string::npos)
        return without;
    const auto seconds = signal.substr(at + 1);
    const bool is_number = !seconds.empty() && seconds.size() <= most_digits &&
                           seconds.find_first_not_of("0123456789") == std::string::npos;
    return is_number ? std::stoi(seconds) : 0;
}

} // namespace

int warning_before(const std::string& time) {
    constexpr double usual = 120;
    const auto seconds = slurm::parse_time_limit(time).value_or(0);
    return static_cast<int>(
        seconds == 0 ? usual : std::clamp(std::floor(seconds / warning_share), 1.0, usual));
}

std::optional<int>
new_warning(std::string_view script,
            const std::vector<std::pair<std::string, std::optional<std::string>>>& options) {
    std::optional<std::string> time;
    for (const auto& [name, value] : options) {
        if (name == "signal")
            return std::nullopt;
        if (name == "time")
            time = value;
    }
    std::map<std::string, std::string> header;
    for (const auto& line : base::lines(script)) {
        if (!line.starts_with('#'))
            break;
        constexpr std::string_view mark = "#SBATCH --";
        const auto equals = line.find('=');
        if (line.starts_with(mark) && equals != std::string::npos)
            header[line.substr(mark.size(), equals - mark.size())] = line.substr(equals + 1);
    }
    const auto own = fmt::format("B:USR1@{}", warning_before(header["time"]));
    return time && header["signal"] == own ? std::optional(warning_before(*time)) : std::nullopt;
}

std::string way_of_data(const config::Config& config, bool has_dvc_remote) {
    auto way = config.text("run.data");
    return way != "auto" ? way : has_dvc_remote ? "remote" : "ssh";
}

Submission compose(const std::string& token, const Facts& facts, const config::Config& config,
                   const RunArguments& arguments) {
    Header header;
    header.set("job-name", job_name(facts));
    header.set("wckey", facts.repo_name);
    header.add(config.run_options());
    const std::string instance = arguments.instance.value_or(config.text("run.instance"));
    if (!instance.empty())
        header.add(config.instance(instance));
    for (const auto& [name, value] : arguments.sbatch) {
        const bool is_empty = value && value->empty();
        if (is_empty)
            header.remove(name);
        else
            header.set(name, value);
    }
    if (header.has("mail-user") && !given("mail-type", config, instance, arguments))
        header.set("mail-type", "END,FAIL");
    if (!given("signal", config, instance, arguments))
        header.set("signal", fmt::format("B:USR1@{}", warning_before(header.value("time"))));
    if (!arguments.dependency.empty()) {
        header.set("dependency",
                   both_dependencies(header.value("dependency"), arguments.dependency));
        // Otherwise it would wait for ever, and `rdvc wait` with it.
        if (!given("kill-on-invalid-dep", config, instance, arguments))
            header.set("kill-on-invalid-dep", "yes");
    }
    const std::string comment = header.value("comment");
    header.set("comment", "rdvc:" + token + (comment.empty() ? "" : " " + comment));

    Submission submission;
    submission.sweep = arguments.name.value_or(name_from_token(token));
    submission.tasks = tasks_of(submission.sweep, arguments);
    if (submission.is_sweep()) {
        submission.named_by_values = arguments.are_named_by_values();
        submission.array_limit = arguments.array_limit.value_or(0);
        submission.pack = static_cast<unsigned>(
            std::min<std::size_t>(arguments.pack.value_or(1), submission.tasks.size()));
        // The job that has completed the shared stages, or failed, lifts the limit (warm-up.sh).
        submission.warm_up = submission.job_count() > 1 && submission.array_limit != 1 &&
                             arguments.warm_up.value_or(!facts.shared.empty());
        const auto limit = submission.warm_up ? 1 : submission.array_limit;
        header.set("array", fmt::format("1-{}{}", submission.job_count(),
                                        limit > 0 ? fmt::format("%{}", limit) : ""));
    }
    submission.warning = warning_of(header.value("signal"));
    submission.requeue = header.has("requeue");
    submission.token = token;
    submission.after = arguments.after_tokens;
    submission.facts = facts;
    submission.code = config.text("run.code");
    submission.sbatch = header.take();
    submission.kind = arguments.is_command ? Kind::command : Kind::experiment;
    // A command's name is only for its user; no ref needs it.
    submission.force = arguments.force || arguments.is_command;
    submission.pull = arguments.pull.value_or(true);
    const bool no_activation = facts.setup.empty() && config.origin("env.activate") == "default";
    submission.environment = {.activate = no_activation ? "" : config.text("env.activate"),
                              .where = config.text("env.where"),
                              .reuse = config.flag("env.reuse"),
                              .fresh = arguments.fresh_env,
                              .inputs = config.list("env.inputs"),
                              .ignore = config.list("env.ignore"),
                              .outside = config.list("env.outside")};
    submission.dir = config.text("cluster.dir");
    submission.cache = config.text("cluster.cache");
    submission.cache_group = config.flag("cluster.cache_group");
    submission.data = way_of_data(config, facts.has_dvc_remote);
    submission.workspace_root = config.text("job.workspace");
    submission.min_free = config.text("job.min_free");
    submission.grace = config.text("job.grace");
    submission.save_interval = config.text("job.save_interval");
    submission.live_interval = config.text("job.live_interval");
    submission.max_restarts = config.text("job.max_restarts");
    return submission;
}

} // namespace rdvc::submission
