// Every refusal of `rdvc run`, as whole texts under review.

#include <functional>
#include <regex>

#include <gtest/gtest.h>

#include "base/quote.hpp"
#include "submission/name.hpp"
#include "support/demo_project.hpp"
#include "support/golden.hpp"

namespace rdvc::commands {
namespace {

using tests::answers;
using tests::DemoProject;

struct Scenario {
    std::string title;
    Words words;
    std::function<void(DemoProject&)> arrange;
};

std::vector<std::string> refused_by_sbatch() {
    return {"received", "err sbatch: error: invalid partition specified: gpuu",
            "err sbatch: error: Batch job submission failed: Invalid partition name specified",
            "refused sbatch 1"};
}

// As OpenSSH prints it.
constexpr auto changed_key =
    "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\r\n"
    "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n"
    "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\r\n"
    "IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!\r\n"
    "Someone could be eavesdropping on you right now (man-in-the-middle attack)!\r\n"
    "It is also possible that a host key has just been changed.\r\n"
    "The fingerprint for the ED25519 key sent by the remote host is\r\n"
    "SHA256:n8Vx3Q9mWk2Zz0H6u1C5dPqk4mB7yYw2J8o3L6rTt9E.\r\n"
    "Please contact your system administrator.\r\n"
    "Add correct host key in /home/alice/.ssh/known_hosts to get rid of this message.\r\n"
    "Offending ED25519 key in /home/alice/.ssh/known_hosts:1\r\n"
    "Host key for hpc has changed and you have requested strict checking.\r\n"
    "Host key verification failed.\r\n";

// Wrong words: these need neither project nor cluster.
std::vector<Scenario> of_words() {
    const auto nothing = [](DemoProject&) {};
    return {
        {"unknown option", {"--partiton=gpu"}, nothing},
        {"unknown option that resembles none", {"--elephant"}, nothing},
        {"sbatch's short option", {"-t", "1:00:00"}, nothing},
        {"abbreviated option of dvc", {"--set-p", "lr=0.1"}, nothing},
        {"abbreviated option of sbatch", {"--cpus=4"}, nothing},
        {"option that rdvc owns", {"--output=log.txt"}, nothing},
        {"option of dvc that is refused", {"--queue"}, nothing},
        {"option of dvc with a command", {"--cmd", "-f", "--", "./x"}, nothing},
        {"command that is not behind dashes", {"--cmd", "./x"}, nothing},
        {"no command", {"--cmd", "--"}, nothing},
        {"missing value", {"--partition"}, nothing},
        {"value that is not taken", {"--hold=yes"}, nothing},
        {"limit of something that is no sweep", {"--array-limit=4", "-S", "lr=0.1"}, nothing},
        {"name that git would not take", {"-n", "my run"}, nothing},
    };
}

std::vector<Scenario> of_project() {
    return {
        {"no Git repository",
         {},
         [](DemoProject& demo) { demo.world.stand_in(demo.folder / "home"); }},
        {"no DVC project", {}, [](DemoProject& demo) { demo.git.commit(); }},
        {"output that is elsewhere",
         {"--cmd", "--output=../out", "--", "./x"},
         [](DemoProject& demo) { demo.git.commit(); }},
        {"no DVC project above a subfolder",
         {},
         [](DemoProject& demo) {
             demo.git.write("models/net/layers.txt", "");
             demo.git.commit();
             demo.world.stand_in(demo.git.path() / "models" / "net");
         }},
        {"no commit", {}, [](DemoProject& demo) { demo.git.write(".dvc/config", ""); }},
        {"damaged branch",
         {},
         [](DemoProject& demo) {
             demo.commit_project();
             demo.git.write(".git/refs/heads/main", "garbage\n");
         }},
        {"damaged HEAD",
         {},
         [](DemoProject& demo) {
             demo.commit_project();
             demo.git.write(".git/HEAD", "garbage\n");
             demo.git.write("models/net/layers.txt", "");
             demo.world.stand_in(demo.git.path() / "models" / "net");
         }},
        {"no dvc.yaml and no target",
         {},
         [](DemoProject& demo) {
             demo.commit_project();
             demo.git.write("models/net/layers.txt", "");
             demo.git.commit();
             demo.world.stand_in(demo.git.path() / "models" / "net");
         }},
        {"origin, and uncommitted changes",
         {"--code=origin"},
         [](DemoProject& demo) {
             demo.commit_project();
             demo.git.write("params.yaml", "lr: 0.2\n");
             demo.git.write("new file.txt", "");
             demo.git.git({"rm", "--quiet", "dvc.yaml"});
         }},
        {"origin, and many changes",
         {"--code=origin"},
         [](DemoProject& demo) {
             demo.commit_project();
             for (int i = 100; i < 125; ++i)
                 demo.git.write("new" + std::to_string(i), "");
         }},
        {"name that this commit has already",
         {"-n", "first"},
         [](DemoProject& demo) {
             const auto commit = demo.commit_project();
             demo.git.git({"update-ref", submission::experiment_ref(commit, "first"), commit});
         }},
        {"origin, without a remote origin",
         {"--code=origin"},
         [](DemoProject& demo) { demo.commit_project(); }},
        {"origin, and a commit is not there",
         {"--code=origin"},
         [](DemoProject& demo) {
             demo.commit_project();
             demo.git.git(
                 {"clone", "--quiet", "--bare", ".", (demo.folder / "origin.git").string()});
             demo.git.git({"remote", "add", "origin", (demo.folder / "origin.git").string()});
             demo.git.git({"fetch", "--quiet", "origin"});
             demo.git.commit("Widen the net");
         }},
        {"origin, and ignored files",
         {"--code=origin", "-C", "data"},
         [](DemoProject& demo) { demo.commit_project(); }},
        {"path to copy that is not there",
         {"--copy-paths=models/weights.bin"},
         [](DemoProject& demo) { demo.commit_project(); }},
        {"path to copy that is outside",
         {"-C", "../weights.bin"},
         [](DemoProject& demo) { demo.commit_project(); }},
        {"secret",
         {},
         [](DemoProject& demo) {
             demo.commit_project();
             demo.git.write("models/.env", "TOKEN=x\n");
         }},
        {"secrets, one of them included",
         {"--include", "models/.env"},
         [](DemoProject& demo) {
             demo.commit_project();
             demo.git.write("models/.env", "TOKEN=x\n");
             demo.git.write("models/id_rsa", "x\n");
             demo.git.write("notes", "-----BEGIN OPENSSH PRIVATE KEY-----\n");
         }},
        {"much untracked data",
         {},
         [](DemoProject& demo) {
             demo.configure_project("[run]\nmax_untracked = '2K'\n");
             demo.commit_project();
             demo.git.write("checkpoints/last.pt", std::string(7000, 'x'));
             demo.git.write("notes.txt", "x\n");
         }},
        {"unfinished merge",
         {},
         [](DemoProject& demo) {
             const auto commit = demo.commit_project();
             demo.git.write(".git/MERGE_HEAD", commit + "\n");
         }},
        {"repository in the repository",
         {},
         [](DemoProject& demo) {
             demo.commit_project();
             demo.git.git({"init", "--quiet", "libs/chem"});
         }},
        {"setup command that is not there",
         {},
         [](DemoProject& demo) {
             demo.configure_project("[env]\nsetup = './make_env.sh --fast'\n");
             demo.commit_project();
         }},
    };
}

std::vector<Scenario> of_configuration() {
    const auto with_user_file = [](const std::string& toml) {
        return [toml](DemoProject& demo) {
            demo.commit_project();
            demo.configure(toml);
        };
    };
    const auto with_project_file = [](const std::string& toml) {
        return [toml](DemoProject& demo) {
            demo.configure_project(toml);
            demo.commit_project();
        };
    };
    const auto committed = [](DemoProject& demo) { demo.commit_project(); };
    return {
        {"no cluster", {}, with_user_file("")},
        {"unknown key", {}, with_user_file("[cluster]\nhots = \"hpc\"\n")},
        {"unknown table", {}, with_user_file("[clutser]\nhost = \"hpc\"\n")},
        {"invalid size", {}, with_project_file("[run]\nmax_history = '1GB'\n")},
        {"invalid place for the environment", {}, with_project_file("[env]\nwhere = 'laptop'\n")},
        {"key of the wrong kind",
         {},
         with_user_file("[cluster]\nhost = \"hpc\"\nmultiplex = \"often\"\n")},
        {"no TOML", {}, with_user_file("[cluster]\nhost = hpc\n")},
        {"option that cannot be set", {}, with_project_file("[run]\nerror = \"log.txt\"\n")},
        {"project that would redirect the code",
         {},
         with_project_file("[cluster]\nhost = \"evil\"\n")},
        {"unknown instance, none defined", {"--instance=g5.xlarge"}, committed},
        {"unknown instance",
         {"--instance=g5.xlareg"},
         with_project_file(
             "[instances.\"g5.xlarge\"]\ngpus = 1\n[instances.\"t3.xlarge\"]\nnodes = 1\n")},
        {"unknown cluster", {"--cluster=gpu"}, committed},
        {"unknown way of the code", {"--code=rsync"}, committed},
        {"host that ssh would take as an option",
         {},
         with_user_file("[cluster]\nhost = \"-oProxyCommand=touch /tmp/x\"\n")},
        {"line end in a value for sbatch", {"--comment=two\nlines"}, committed},
    };
}

std::vector<Scenario> of_cluster() {
    const auto answered = [](const tests::FakeRunner::Action& action) {
        return [action](DemoProject& demo) {
            demo.commit_project();
            demo.expect_request().does(action);
        };
    };
    const auto ssh_fails = [&](const std::string& words) {
        return answered([words](const tests::Call&) { return base::Result{255, "", words}; });
    };
    return {
        {"unknown host",
         {},
         ssh_fails("ssh: Could not resolve hostname hpc: Name or service not known\r\n")},
        {"host that does not answer",
         {},
         ssh_fails("ssh: connect to host hpc port 22: Connection timed out\r\n")},
        {"login refused", {}, ssh_fails("alice@hpc: Permission denied (publickey,password).\r\n")},
        {"changed host key", {}, ssh_fails(changed_key)},
        {"no sbatch", {}, answered(answers({"refused program sbatch"}))},
        {"folder that is not rdvc's own",
         {},
         answered(answers(
             {"refused dir cluster.dir is /home/alice; it must be a folder of rdvc's own"}))},
        {"sbatch refuses", {"--partition=gpuu"}, answered(answers(refused_by_sbatch()))},
        {"name that the cluster has already",
         {"-n", "first"},
         answered(answers({"refused name first"}))},
        {"objects that did not arrive",
         {},
         answered(answers({"err error: inflate: data stream error (incorrect data check)",
                           "refused mirror the Git objects did not arrive completely"}))},
        {"a port that the user's own ssh has",
         {},
         ssh_fails("bind [127.0.0.1]:8080: Address already in use\r\n"
                   "Could not request local forwarding.\r\n")},
        {"connection lost before any word",
         {},
         ssh_fails("client_loop: send disconnect: Broken pipe\r\n")},
        {"connection lost after the first word",
         {},
         answered(answers({"received"}, 255, "Connection to hpc closed by remote host.\r\n"))},
        {"no bash", {}, answered([](const tests::Call&) {
             return base::Result{127, "", "tcsh: bash: Command not found.\n"};
         })},
        {"another shell in the place of bash", {}, answered([](const tests::Call& call) {
             const auto mark = "@rdvc:" + tests::assigned(call.input, "nonce");
             return base::Result{97, "welcome\n" + mark + " shell zsh\n", ""};
         })},
        {"sbatch fails and squeue is silent",
         {},
         answered(answers({"received", "unknown sbatch failed and squeue does not answer"}))},
        {"mirror that cannot be repaired",
         {},
         [](DemoProject& demo) {
             demo.commit_project();
             demo.expect_request()
                 .does(answers({"resend the project's mirror is damaged"}))
                 .times(2);
         }},
    };
}

// Replaces paths of the test's folder, and sizes that depend on compressors.
std::string settled(std::string text, const DemoProject& demo) {
    text = tests::replaced(text, demo.folder.path().string(), "");
    text = std::regex_replace(text, std::regex("rdvc:[0-9a-f]{32}"), "rdvc:TOKEN");
    return std::regex_replace(text, std::regex("to send, [0-9.]+ [KM]?B"), "to send, N KB");
}

TEST(GoldenErrors, OfRun) {
    std::string text;
    for (const auto& group : {of_words(), of_project(), of_configuration(), of_cluster()}) {
        for (const auto& scenario : group) {
            SCOPED_TRACE(scenario.title);
            DemoProject demo;
            scenario.arrange(demo);
            Words words = {"run"};
            words.insert(words.end(), scenario.words.begin(), scenario.words.end());
            const auto outcome = demo.world.run(words);
            EXPECT_NE(outcome.code, 0);
            EXPECT_NE(outcome.code, static_cast<int>(base::Exit::bug));
            EXPECT_EQ(outcome.out, "");
            text += "# " + scenario.title + "\n$ rdvc " + base::quote_all(words) + "\n" +
                    settled(outcome.err, demo) + "exit code " + std::to_string(outcome.code) +
                    "\n\n";
        }
    }
    tests::expect_golden("errors.txt", text);
}

} // namespace
} // namespace rdvc::commands
