// Sends one submission: what travels, one ssh execution, and the recorded outcome.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "remote/cluster.hpp"
#include "remote/project.hpp"
#include "send/answer.hpp"
#include "send/pack.hpp"
#include "send/plan.hpp"
#include "submission/compose.hpp"

namespace rdvc::send {

class Sender {
  public:
    /// Renders the script and packs the Git objects that the mirrors lack, as far as the ledger
    /// knows. Records nothing yet. `words`: those after `rdvc run`. Throws Error. The arguments
    /// must outlive this.
    Sender(world::World& world, const remote::Project& project, remote::Cluster& cluster,
           const Plan& plan, const std::string& command_line,
           const std::vector<std::string>& words = {});

    [[nodiscard]] const std::string& script() const { return script_; }
    /// Git objects that travel.
    [[nodiscard]] std::uint32_t objects() const;
    /// Bytes of script and objects.
    [[nodiscard]] std::uintmax_t size() const;
    /// Whether an earlier submission had this environment, and if not what has changed since, in
    /// words; "" if it is not to be reused.
    [[nodiscard]] const std::string& environment_news() const { return environment_news_; }
    /// True if the history is too large to travel: the job sees one commit without parents.
    [[nodiscard]] bool is_cut() const;

    /// Receives what was submitted; without a job if only an environment was built, on the login
    /// node.
    using Tell = std::function<void(const ledger::Record& record)>;

    /// Records the intent, sends everything in one ssh execution (in a second one if the mirror
    /// lacks what it was believed to have), tells the user, records the outcome: in this order, so
    /// that a process killed in between leaves the record open, and running the command again finds
    /// its job. If the same run was sent before and its outcome is open, that is settled first, and
    /// its job reported. Throws Error: refused, not_ready, usage (a name that is taken),
    /// unreachable, or unknown.
    void send(const Tell& tell);

  private:
    /// What travels besides the script.
    struct Payload {
        std::vector<MirrorPack> packs;        ///< the project's own first, then its submodules'
        bool has_inputs = false;              ///< the cluster has the data that the run needs
        std::string environment;              ///< the text; "" if it is there, or not needed
        ledger::Stored stored_tags;           ///< object: a hash of the list; "" without tags
        std::string tags;                     ///< lines "object name"; "" if the mirror has them
        std::vector<std::string> tag_objects; ///< annotated tags that travel
        std::string functions;                ///< of the job script; "" if they are there
    };

    [[nodiscard]] Payload load(const std::vector<ledger::Stored>& believed) const;
    void pack(const std::vector<ledger::Stored>& believed);
    [[nodiscard]] std::string
    compare_environment(const std::vector<ledger::Record>& records,
                        const std::vector<ledger::Stored>& believed) const;
    [[nodiscard]] bool is_same(const ledger::Record& record) const;
    [[nodiscard]] std::optional<ledger::Record> earlier();
    void send_inputs();
    [[nodiscard]] ledger::Stored stored_inputs() const;
    [[nodiscard]] ledger::Stored stored_environment() const;
    [[nodiscard]] JobAnswer submit();
    [[nodiscard]] base::Error failure(const JobAnswer& answer) const;
    [[nodiscard]] std::optional<base::Error> refusal(const JobAnswer& answer) const;

    world::World& world_;
    const remote::Project& project_;
    remote::Cluster& cluster_;
    const submission::Submission& submission_;
    const std::vector<project::Submodule>& submodules_;
    const Inputs& inputs_;
    const std::string& environment_;
    std::string environment_news_;
    ledger::Ledger ledger_;
    ledger::Record record_;
    base::TemporaryFolder folder_;
    std::string script_;
    std::string tasks_; ///< a sweep's; "" for one task
    std::string notes_;
    Payload payload_;
};

} // namespace rdvc::send
