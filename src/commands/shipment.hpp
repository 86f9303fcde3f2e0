// One submission on its way: what travels, one ssh execution, what became of it, written down.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "commands/cluster.hpp"
#include "commands/order.hpp"
#include "commands/parcel.hpp"
#include "submission/compose.hpp"

namespace rdvc::commands {

class Shipment {
  public:
    /// Renders the script and packs the Git objects that the mirrors lack, as far as the ledger
    /// knows. Nothing is written down yet. `words`: those after `rdvc run`. Throws Error. The
    /// arguments must outlive this.
    Shipment(cli::World& world, const Project& project, Cluster& cluster, const Order& order,
             const std::string& command_line, const std::vector<std::string>& words = {});

    [[nodiscard]] const std::string& script() const { return script_; }
    /// Git objects that travel.
    [[nodiscard]] std::uint32_t objects() const;
    /// Bytes of script and objects.
    [[nodiscard]] std::uintmax_t size() const;
    /// True if the history is too large to travel: the job sees one commit without parents.
    [[nodiscard]] bool is_cut() const;

    /// Takes what was submitted; without a job where only an environment was made, on the login
    /// node.
    using Tell = std::function<void(const ledger::Record& record)>;

    /// Writes down the intent, sends everything in one ssh execution (in a second one where the
    /// mirror lacks what it was believed to have), tells, writes down the outcome: in this order,
    /// so that who is killed between finds it open, and the same command finds its job again.
    /// If this very run was sent before, and what became of it was open, that is settled first, and
    /// its job told.
    /// Throws Error: refused, not_ready, usage (a name that is taken), unreachable, or unknown.
    void send(const Tell& tell);

  private:
    /// What travels besides the script.
    struct Cargo {
        std::vector<Parcel> parcels;          ///< the project's own first, then its submodules'
        bool has_inputs = false;              ///< the cluster has the data that the run needs
        ledger::Holding tags_holding;         ///< object: a hash of the list; "" without tags
        std::string tags;                     ///< lines "object name"; "" if the mirror has them
        std::vector<std::string> tag_objects; ///< annotated tags that travel
        std::string functions;                ///< of the job script; "" if they are there
    };
    /// The cluster's answer.
    struct Answer {
        std::string verb; ///< submitted, refused, resend, lacking, unknown; "" if none came
        std::string rest;
        std::vector<std::string> errors; ///< sbatch's and git's own words
        std::vector<std::string> unset;
        transport::Connection::Reply reply;
    };

    [[nodiscard]] Cargo load(const std::vector<ledger::Holding>& believed) const;
    void pack(const std::vector<ledger::Holding>& believed);
    [[nodiscard]] bool is_same(const ledger::Record& record) const;
    [[nodiscard]] std::optional<ledger::Record> earlier();
    void send_inputs();
    [[nodiscard]] ledger::Holding inputs_holding() const;
    [[nodiscard]] Answer submit();
    [[nodiscard]] base::Error failure(const Answer& answer) const;
    [[nodiscard]] base::Error refusal(const Answer& answer) const;

    cli::World& world_;
    const Project& project_;
    Cluster& cluster_;
    const submission::Submission& submission_;
    const std::vector<project::Submodule>& submodules_;
    const Inputs& inputs_;
    ledger::Ledger ledger_;
    ledger::Record record_;
    base::TemporaryFolder folder_;
    std::string script_;
    std::string notes_;
    Cargo cargo_;
};

} // namespace rdvc::commands
