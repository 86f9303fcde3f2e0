// What `rdvc sandbox` decides, and how the sandbox is a cluster.

#include <set>

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "sandbox/packages.hpp"
#include "sandbox/place.hpp"
#include "support/demo_project.hpp"
#include "support/expect_error.hpp"

namespace rdvc::sandbox {
namespace {

using base::Exit;

constexpr auto debian = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n";

Machine machine_with(const std::set<std::string_view>& lacks) {
    return {.system = "Linux", .os_release = debian, .has_program = [lacks](std::string_view name) {
                return !lacks.contains(name);
            }};
}

const std::set<std::string_view> all_of_slurm = {"munged", "slurmctld", "slurmd", "sbatch", "sshd"};

int require_it(const Machine& machine) {
    require(machine);
    return 0;
}

TEST(SandboxPackages, OfProgramsThatAreMissing) {
    EXPECT_TRUE(missing(machine_with({})).packages.empty());
    const auto [programs, packages] = missing(machine_with({"sbatch", "munged", "ss"}));
    EXPECT_EQ(base::join(programs, " "), "munged sbatch ss");
    EXPECT_EQ(base::join(packages, " "), "munge slurm-client iproute2");
}

TEST(SandboxPackages, AreDebiansOnWhatIsMadeOfIt) {
    EXPECT_TRUE(has_debian_packages(debian));
    EXPECT_TRUE(has_debian_packages("NAME=\"Ubuntu\"\nID=ubuntu\nID_LIKE=debian\n"));
    EXPECT_TRUE(has_debian_packages("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"));
    EXPECT_FALSE(has_debian_packages("ID=fedora\nHOME_URL=\"https://debian.example\"\n"));
    EXPECT_FALSE(has_debian_packages("ID=notdebian\n"));
    EXPECT_FALSE(has_debian_packages(""));
}

TEST(SandboxPackages, AreInstalledByTheUser) {
    auto machine = machine_with(all_of_slurm);
    EXPECT_EQ(require_it(machine_with({})), 0);
    EXPECT_FAILURE(
        require_it(machine), Exit::not_ready,
        "error: the sandbox needs programs that are not on this machine: munged, slurmctld, "
        "slurmd, sbatch, sshd\n  rdvc installs nothing by itself\n\n"
        "hint: sudo apt-get install --no-install-recommends munge slurmctld slurmd slurm-client "
        "openssh-server\n");
    machine.is_root = true;
    machine.has_package_lists = false;
    EXPECT_EQ(install_line(machine, {"munge"}),
              "apt-get update && apt-get install --no-install-recommends munge");
}

// An ssh server that the network reaches is not what somebody wants who tries a program.
TEST(SandboxPackages, StartNoServicesUnasked) {
    auto machine = machine_with({"munged", "sshd", "sbatch"});
    EXPECT_EQ(mask_line(machine, missing(machine).packages), "");
    machine.has_systemd = true;
    EXPECT_EQ(mask_line(machine, missing(machine).packages),
              "sudo systemctl mask munge.service ssh.service ssh.socket");
    EXPECT_EQ(mask_line(machine, {"slurm-client"}), "");
    const auto said = tests::failure_of([&] { return require_it(machine); }).message;
    EXPECT_NE(said.find("unless you say before:\n    sudo systemctl mask munge.service"),
              std::string::npos)
        << said;
}

TEST(SandboxPackages, OfOtherSystemsAreNotKnown) {
    auto machine = machine_with({"munged"});
    machine.os_release = "ID=fedora\n";
    const auto said = tests::failure_of([&] { return require_it(machine); }).message;
    EXPECT_EQ(said.find("apt-get"), std::string::npos) << said;
    EXPECT_NE(said.find("where they are called munge"), std::string::npos) << said;
    EXPECT_EQ(require_it({.system = "Linux",
                          .os_release = "ID=fedora\n",
                          .has_program = [](std::string_view) { return true; }}),
              0);
    machine.system = "Darwin";
    EXPECT_FAILS(require_it(machine), Exit::not_ready, "the sandbox needs Linux; this is macOS");
}

TEST(SandboxState, IsUpInTheBootThatItWasStartedIn) {
    EXPECT_EQ(state_of("", "a"), State::down);
    EXPECT_EQ(state_of("nodes=1\nboot=a\n", "a\n"), State::up);
    EXPECT_EQ(state_of("nodes=1\nboot=a\n", "b\n"), State::stale);
    EXPECT_EQ(state_of("nodes=1\n", "b\n"), State::stale);
    EXPECT_EQ(state_of("boot=ab\n", "a\n"), State::stale);
}

class SandboxCluster : public ::testing::Test {
  protected:
    SandboxCluster() {
        demo_.commit_project();
        demo_.configure("");
    }

    [[nodiscard]] Place place() const {
        return {demo_.folder / "home" / ".local" / "state" / "rdvc" / "sandbox"};
    }
    // As if it had been started in this boot.
    void start() const {
        base::write_file(place().settings(),
                         "boot=" + base::read_file("/proc/sys/kernel/random/boot_id").value_or(""));
        std::filesystem::create_directories(place().home());
    }
    void end() const { std::filesystem::remove(place().settings()); }
    std::string said(const commands::Words& words, Exit code = Exit::done) {
        const auto outcome = demo_.world.run(words);
        EXPECT_EQ(outcome.code, static_cast<int>(code)) << outcome.out << outcome.err;
        return outcome.out + outcome.err;
    }

    tests::DemoProject demo_;
};

TEST_F(SandboxCluster, NeedsNoConfiguration) {
    start();
    const auto list = said({"cluster", "list"});
    EXPECT_NE(list.find("sandbox  sandbox        rdvc sandbox\n"), std::string::npos) << list;
    EXPECT_EQ(said({"config", "get", "cluster.host", "--cluster=sandbox"}), "sandbox\n");
    EXPECT_NE(said({"config", "get", "cluster.ssh_options", "--cluster=sandbox"})
                  .find(place().ssh_config().string()),
              std::string::npos);
    // Down, it still is what it was.
    end();
    EXPECT_NE(said({"cluster", "list"}).find("rdvc sandbox (down)"), std::string::npos);
}

TEST_F(SandboxCluster, CountsIfNoOtherIsConfigured) {
    start();
    EXPECT_EQ(said({"config", "get", "cluster.host"}), "sandbox\n");
    demo_.world.environment["RDVC_CLUSTER_DEFAULT"] = "";
    EXPECT_EQ(said({"config", "get", "cluster.host"}), "");
}

TEST_F(SandboxCluster, DoesNotCountBesideOthers) {
    start();
    demo_.configure("[cluster]\nhost = \"hpc\"\n");
    EXPECT_EQ(said({"config", "get", "cluster.host"}), "hpc\n");
    EXPECT_EQ(said({"config", "get", "cluster.host", "--cluster=sandbox"}), "sandbox\n");
    demo_.configure("[clusters.gpu]\nhost = \"gpu\"\n");
    EXPECT_EQ(said({"config", "get", "cluster.host"}), "");
}

// Variables that belong to another cluster do not lead code there.
TEST_F(SandboxCluster, IsWhereItIsWhateverTheEnvironmentSays) {
    start();
    auto& environment = demo_.world.environment;
    environment["RDVC_CLUSTER_HOST"] = "hpc.example";
    environment["RDVC_CLUSTER_USERNAME"] = "alice";
    environment["RDVC_CLUSTER_SSH_OPTIONS"] = "-p 2222";
    environment["RDVC_CLUSTER_DIR"] = "/scratch/alice";
    environment["RDVC_CLUSTER_CACHE"] = "/scratch/cache";
    environment["RDVC_CLUSTER_PREPARE"] = "module load slurm";
    environment["RDVC_CLUSTER_POLL"] = "7";
    const auto expected = fmt::format("cluster.host = \"sandbox\"\ncluster.poll = \"7\"\n"
                                      "cluster.ssh_options = [\"-F\", \"{}\"]\n",
                                      place().ssh_config().string());
    EXPECT_EQ(said({"config", "list", "--cluster=sandbox"}), expected);
    EXPECT_EQ(said({"config", "get", "cluster.host"}), "hpc.example\n") << "it was not named";
    demo_.configure_project("[cluster]\ndefault = \"sandbox\"\n");
    EXPECT_EQ(said({"config", "get", "cluster.host"}), "sandbox\n");
    demo_.configure_project("");
    environment["RDVC_CLUSTER_DEFAULT"] = "sandbox";
    EXPECT_EQ(said({"config", "get", "cluster.host"}), "sandbox\n");
    end();
    EXPECT_EQ(said({"config", "get", "cluster.host"}), "sandbox\n");
    demo_.configure("[clusters.sandbox]\nhost = \"theirs\"\n");
    EXPECT_EQ(said({"config", "get", "cluster.host"}), "hpc.example\n") << "as for any other";
}

TEST_F(SandboxCluster, HasNoSettingsOfAFileOnAnotherCluster) {
    start();
    demo_.configure("include = \"cluster:/etc/rdvc.toml\"\n");
    demo_.world.environment["RDVC_CLUSTER_HOST"] = "hpc.example";
    const auto copy = base::short_hash("\nhpc.example\n/etc/rdvc.toml") + ".toml";
    base::write_file(place().folder.parent_path() / "included" / copy,
                     "[cluster]\ncache = \"/scratch/cache\"\n");
    EXPECT_EQ(said({"config", "get", "cluster.cache"}), "/scratch/cache\n");
    EXPECT_EQ(said({"config", "get", "cluster.cache", "--cluster=sandbox"}), "");
}

TEST_F(SandboxCluster, IsWhatAShellMeans) {
    start();
    auto& environment = demo_.world.environment;
    EXPECT_EQ(said({"sandbox", "env"}).find("unset"), std::string::npos);
    environment["RDVC_CLUSTER_HOST"] = "hpc.example";
    environment["RDVC_CLUSTER_SSH_OPTIONS"] = "";
    environment["RDVC_CLUSTER_POLL"] = "7";
    EXPECT_TRUE(said({"sandbox", "env"})
                    .starts_with("unset RDVC_CLUSTER_HOST;\nunset RDVC_CLUSTER_SSH_OPTIONS;\n"
                                 "SLURM_CONF="))
        << said({"sandbox", "env"});
    EXPECT_TRUE(said({"sandbox", "env", "--fish"})
                    .starts_with("set -e RDVC_CLUSTER_HOST;\nset -e RDVC_CLUSTER_SSH_OPTIONS;\n"
                                 "set -gx SLURM_CONF "))
        << said({"sandbox", "env", "--fish"});
}

TEST_F(SandboxCluster, IsReplacedByTheUsersOwn) {
    start();
    demo_.configure("[clusters.sandbox]\nhost = \"theirs\"\n");
    EXPECT_EQ(said({"config", "get", "cluster.host", "--cluster=sandbox"}), "theirs\n");
    EXPECT_EQ(said({"config", "get", "cluster.ssh_options", "--cluster=sandbox"}), "");
    EXPECT_EQ(said({"config", "get", "cluster.host"}), "");
}

TEST_F(SandboxCluster, IsKnownByNameWhileItIsDown) {
    EXPECT_NE(said({"cluster", "list"}).find("no cluster is configured"), std::string::npos);
    EXPECT_NE(said({"config", "get", "cluster.host", "--cluster=sandbx"}, Exit::configuration)
                  .find("did you mean `sandbox`?"),
              std::string::npos);
    demo_.runner
        .expect("ssh -G", [](const base::Command& command) { return command.argv.at(1) == "-G"; })
        .any_number();
    for (int times = 0; times < 2; ++times)
        demo_.expect_request().exits(255, "Can't open user config file x: No such file");
    EXPECT_EQ(said({"status", "--cluster=sandbox"}, Exit::unreachable),
              "error: cannot connect to `sandbox`\n  the sandbox is down\n\n"
              "hint: rdvc sandbox up\n");
    base::write_file(place().settings(), "boot=of-yesterday\n");
    EXPECT_NE(said({"status", "--cluster=sandbox"}, Exit::unreachable)
                  .find("has been down since this machine was booted\n\nhint: rdvc sandbox up"),
              std::string::npos);
}

} // namespace
} // namespace rdvc::sandbox
