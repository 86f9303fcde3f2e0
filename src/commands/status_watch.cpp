#include "commands/status_watch.hpp"

#include <ctime>

#include <fmt/core.h>

#include "base/text.hpp"
#include "bring/status_metric.hpp"
#include "remote/project.hpp"
#include "remote/status.hpp"
#include "slurm/reports.hpp"
#include "state/describe.hpp"
#include "state/listing.hpp"
#include "world/screen.hpp"
#include "world/selection.hpp"

namespace rdvc::commands {

using base::Error;
using world::Key;

namespace {

enum class View { submissions, tasks, log };

class Watch {
  public:
    Watch(const remote::Project& project, remote::Cluster& cluster, unsigned limit,
          const std::string& metric)
        : project_(project), cluster_(cluster), limit_(limit), metric_({.name = metric}) {
        ask();
    }

    void run() {
        world::Screen screen;
        while (true) {
            draw(screen);
            const auto key = screen.wait(patience);
            if (key == Key::quit)
                return;
            if (key == Key::none)
                try_to_ask();
            else
                act(key);
        }
    }

  private:
    static constexpr auto patience = std::chrono::seconds(5);
    static constexpr std::size_t longest_log = 1000; // lines of its end
    static constexpr std::size_t around = 3;         // lines that are no rows: title, head, message

    [[nodiscard]] std::size_t count() const {
        if (view_ == View::log) // the lines that may be the first one shown
            return log_.size() > height() ? log_.size() - height() + 1 : 1;
        return view_ == View::tasks ? sweep().task_count() : overview_.submissions.size();
    }
    [[nodiscard]] const state::Record& sweep() const { return overview_.submissions.at(list_.row); }
    world::Selection& selection() {
        return view_ == View::log ? line_ : view_ == View::tasks ? tasks_ : list_;
    }

    void act(Key key) {
        if (key == Key::back) {
            const bool was_of_task = view_ == View::log && sweep().task_count() > 0;
            view_ = was_of_task ? View::tasks : View::submissions;
        } else if (key == Key::open && view_ != View::log && count() > 0) {
            view_ =
                view_ == View::submissions && sweep().task_count() > 0 ? View::tasks : View::log;
            log_.clear();
            line_ = {};
            if (view_ == View::log)
                try_to_ask();
        } else {
            selection().move(key, count(), view_ == View::log ? 1 : height());
        }
    }

    // How many rows fit.
    [[nodiscard]] std::size_t height() const { return lines_ > around ? lines_ - around : 1; }

    void ask() {
        if (view_ == View::log)
            ask_log();
        else
            ask_overview();
    }

    // What is on the screen stays there, with the reason why nothing new comes.
    void try_to_ask() {
        try {
            ask();
            message_.clear();
        } catch (const Error& error) {
            message_ = error.what();
        }
    }

    // The selection follows its submission when newer ones come.
    void ask_overview() {
        const auto token = overview_.submissions.empty() ? "" : sweep().token;
        if (metric_.name.empty()) {
            overview_ = remote::ask_overview(cluster_, project_.mirror, "", limit_);
        } else {
            auto listed =
                bring::ask_with_metric(cluster_, project_.mirror, limit_, metric_.name).listed;
            overview_ = std::move(listed.overview);
            metric_ = std::move(listed.metric);
        }
        for (std::size_t i = 0; i < overview_.submissions.size(); ++i)
            if (overview_.submissions[i].token == token)
                list_.row = i;
        list_.move(Key::none, overview_.submissions.size(), height());
        if (overview_.submissions.empty() || sweep().token != token)
            view_ = View::submissions;
    }

    void ask_log() {
        script::Variables variables;
        variables.words = {
            {"token", sweep().token},
            {"task", sweep().task_count() > 0 ? fmt::format("{}", tasks_.row + 1) : ""},
            {"file", "log"},
            {"follow", "0"},
            {"offset", "0"},
            {"tail", fmt::format("-n{}", longest_log)}};
        std::string text;
        std::string absent;
        cluster_.ask(
            "logs", variables,
            [&](const transport::Frame& frame) {
                if (frame.verb == "absent")
                    absent = frame.rest;
                if (frame.verb == "pending")
                    absent = "the job " + slurm::explain_reason(frame.rest);
            },
            [&](std::string_view bytes) { text.append(bytes); });
        const bool was_at_end = line_.row + 1 >= count();
        log_ = base::lines(absent.empty() ? text : "there is no log yet: " + absent);
        if (was_at_end)
            line_.move(Key::last, count(), 1);
    }

    void draw(world::Screen& screen) {
        const auto size = screen.size();
        lines_ = size.lines;
        std::vector<std::string> lines = {title()};
        int selected = -1;
        if (view_ == View::log) {
            line_.move(Key::none, count(), 1);
            const auto first = log_.begin() + static_cast<long>(line_.row);
            const auto shown = std::min(log_.size() - line_.row, height());
            lines.insert(lines.end(), first, first + static_cast<long>(shown));
        } else {
            selection().move(Key::none, count(), height());
            selected = static_cast<int>(selection().row - selection().top) + 2;
            const auto rows = list(size);
            lines.insert(lines.end(), rows.begin(), rows.end());
        }
        lines.resize(std::max<std::size_t>(size.lines, 1) - 1);
        lines.push_back(message_.empty() ? help() : message_);
        screen.draw(lines, count() == 0 ? -1 : selected);
    }

    [[nodiscard]] std::string title() const {
        const auto now = std::time(nullptr);
        tm local = {};
        ::localtime_r(&now, &local);
        std::string what = project_.repo_name;
        if (view_ != View::submissions)
            what +=
                ": " + state::name_of(view_ == View::log && sweep().task_count() > 0
                                          ? sweep().of_task(static_cast<unsigned>(tasks_.row) + 1)
                                          : sweep());
        return fmt::format("{} on {}, {:02}:{:02}:{:02}", what, cluster_.name(), local.tm_hour,
                           local.tm_min, local.tm_sec);
    }

    [[nodiscard]] std::string help() const {
        if (view_ == View::log)
            return "up, down: scroll   left: back   q: quit";
        return count() == 0 ? "no submission yet   q: quit"
                            : fmt::format("up, down: select   right: {}   {}q: quit",
                                          view_ == View::submissions ? "tasks or log" : "log",
                                          view_ == View::tasks ? "left: back   " : "");
    }

    // The head and the rows that are shown: of ten thousand tasks only these are looked at.
    std::vector<std::string> list(base::TerminalSize size) {
        const auto first = selection().top;
        const auto end = std::min(first + height(), count());
        std::vector<state::Record> shown;
        for (auto i = first; i < end; ++i)
            shown.push_back(view_ == View::tasks ? sweep().of_task(static_cast<unsigned>(i) + 1)
                                                 : overview_.submissions[i]);
        std::swap(shown, overview_.submissions); // the rest of the overview belongs to all of them
        const auto text =
            state::list_text({{cluster_.name(), overview_, metric_}}, {}, size.columns);
        std::swap(shown, overview_.submissions);
        return base::lines(text);
    }

    const remote::Project& project_;
    remote::Cluster& cluster_;
    unsigned limit_;
    state::Metric metric_;
    View view_ = View::submissions;
    world::Selection list_;
    world::Selection tasks_;
    state::Overview overview_;
    world::Selection line_; ///< of the log; it follows the log while it is at its end
    std::vector<std::string> log_;
    std::string message_; ///< why the last question failed
    std::size_t lines_ = 24;
};

} // namespace

void watch_status(world::World& world, const std::string& cluster_name, unsigned limit,
                  const std::optional<std::string>& metric) {
    if (!world.console.size())
        throw Error(base::Exit::usage, "`--watch` needs a terminal").hint("rdvc status");
    const auto project = remote::open_project(world, cluster_name);
    remote::Cluster cluster(world, project.config);
    Watch(project, cluster, limit, metric.value_or(project.config.text("status.metric"))).run();
}

} // namespace rdvc::commands
