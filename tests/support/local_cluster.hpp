// The cluster's own bash on this machine: `bash -s` with a home folder of its own, and stubs or
// fakes of SLURM's programs.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "base/process.hpp"
#include "ledger/ledger.hpp"
#include "support/folder.hpp"
#include "support/git_repository.hpp"
#include "support/world.hpp"

namespace rdvc::tests {

/// Runs all commands. A command that starts with `bash` is a request (or a session, which has no
/// input of its own), and runs in this cluster's environment.
class LocalCluster : public base::Runner {
  public:
    /// The programs in `path` come before the system's own.
    LocalCluster(base::Runner& inner, const std::filesystem::path& folder,
                 const std::filesystem::path& path)
        : inner_(inner), folder_(folder) {
        std::filesystem::create_directories(home());
        environment = {{"HOME", home().string()},
                       {"PATH", path.string() + ":/usr/bin:/bin"},
                       {"SBATCH_WCKEY", "of-the-login-node"},
                       {"SBATCH_QOS", "of-the-login-node"}};
    }

    base::Result run(const base::Command& command) override {
        auto local = command;
        if (command.argv.front() == "bash") {
            local.environment = environment;
            if (command.takes_input)
                return inner_.run(local);
            const std::lock_guard lock(mutex_); // streams make requests side by side
            ++requests;
            programs.push_back(std::get<std::string>(command.input.front()));
            if (!listener.empty())
                local.argv = {"bash", "-c", "bash -s | bash -c \"$0\"", listener};
        }
        return inner_.run(local);
    }

    [[nodiscard]] std::filesystem::path home() const { return folder_ / "home"; }
    [[nodiscard]] std::filesystem::path rdvc() const { return home() / ".rdvc"; }

    std::vector<std::pair<std::string, std::string>> environment;
    int requests = 0;
    std::vector<std::string> programs; ///< the first part of each request's input
    std::string listener;              ///< shell code that reads the answer instead of us

  private:
    base::Runner& inner_;
    std::filesystem::path folder_;
    std::mutex mutex_;
};

/// A DVC project with one commit, its user, and such a cluster with `cluster.host = "local"`.
class LocalProject {
  public:
    explicit LocalProject(const std::filesystem::path& programs)
        : git(folder / "project"), cluster(processes, folder / "cluster", programs),
          world(cluster, folder / "home", git.path()) {
        git.write(".dvc/config", "");
        git.write("dvc.yaml", "");
        commit = git.commit();
        put_file(folder / "home" / ".config" / "rdvc" / "config.toml",
                 "[cluster]\nhost = \"local\"\n[project]\nid = \"7f3a9c1d\"\n");
    }

    /// The token of the newest submission.
    [[nodiscard]] std::string token() const {
        const auto records = ledger::Ledger(state_folder()).read();
        EXPECT_FALSE(records.empty()) << "nothing was submitted";
        return records.empty() ? "" : records.back().token;
    }
    [[nodiscard]] std::filesystem::path state_folder() const {
        return folder / "home" / ".local" / "state" / "rdvc";
    }
    [[nodiscard]] std::filesystem::path mirror() const {
        return cluster.rdvc() / "repos" / "project-7f3a9c1d.git";
    }

    Folder folder;
    GitRepository git;
    base::ProcessRunner processes;
    LocalCluster cluster;
    TestWorld world;
    std::string commit;
};

} // namespace rdvc::tests
