// Refusals: unfinished operations, other repositories, data, secrets.

#include "project/snapshot.hpp"

#include <functional>

#include <gtest/gtest.h>

#include "support/expect_error.hpp"
#include "support/snapshot.hpp"

namespace rdvc::project {
namespace {

namespace fs = std::filesystem;
using base::Exit;
using tests::Folder;
using tests::GitRepository;
using tests::snapshot_of;
using Texts = std::vector<std::string>;

// Runs git; whether it succeeds does not matter.
void try_git(const GitRepository& git, const Texts& arguments) {
    Texts argv = {"git"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    base::ProcessRunner runner;
    runner.run({.argv = argv, .folder = git.path()});
}

// Branches `main` and `other` that have changed the same two files.
class ConflictProject {
  public:
    ConflictProject() : git(folder / "project") {
        commit("base", "base");
        git.git({"checkout", "--quiet", "-b", "other"});
        commit("theirs", "theirs");
        git.git({"checkout", "--quiet", "main"});
        commit("ours", "ours");
    }

    Folder folder;
    GitRepository git;

  private:
    void commit(const std::string& content, const std::string& message) const {
        git.write("my file", content + "\n");
        git.write("zeta", content + "\n");
        git.commit(message);
    }
};

TEST(RefuseUnfinished, NamesWhatIsNotFinished) {
    struct Operation {
        std::string name;
        Texts arguments;
    };
    const std::vector<Operation> operations = {
        {"merge", {"merge", "--quiet", "other"}},
        {"rebase", {"rebase", "--quiet", "other"}},
        {"rebase", {"rebase", "--quiet", "--apply", "other"}},
        {"cherry-pick", {"cherry-pick", "other"}},
        {"revert", {"revert", "--no-edit", "HEAD~1"}},
    };
    for (const auto& [name, arguments] : operations) {
        SCOPED_TRACE(name);
        const ConflictProject project;
        const auto& git = project.git;
        if (name == "revert") { // of a commit that is not the latest
            git.write("my file", "later\n");
            git.write("zeta", "later\n");
            git.commit("later");
        }
        try_git(git, arguments);
        const std::string hint = "\nhint: finish it, or `git " + name + " --abort`\n";
        EXPECT_FAILURE(snapshot_of(git.path()), Exit::not_ready,
                       "error: a " + name +
                           " is not finished\n  in conflict:\n  my file\n  zeta\n" + hint);
        git.write("my file", "resolved\n");
        git.write("zeta", "resolved\n");
        git.git({"add", "--all"});
        EXPECT_FAILURE(snapshot_of(git.path()), Exit::not_ready,
                       "error: a " + name + " is not finished\n" + hint);
        git.git({name, "--abort"});
        EXPECT_EQ(snapshot_of(git.path()).commit, "");
    }
}

// It uses the folder of `git rebase --apply`.
TEST(RefuseUnfinished, TellsGitAmFromARebase) {
    const ConflictProject project;
    const auto& git = project.git;
    base::ProcessRunner runner;
    const auto patch = runner.run(
        {.argv = {"git", "format-patch", "-1", "--stdout", "other"}, .folder = git.path()});
    runner.run({.argv = {"git", "am", "--quiet"}, .input = {patch.out}, .folder = git.path()});
    EXPECT_FAILURE(snapshot_of(git.path()), Exit::not_ready,
                   "error: `git am` is not finished\n\nhint: finish it, or `git am --abort`\n");
}

// In a linked work tree the operation is that tree's own.
TEST(RefuseUnfinished, KnowsWhichWorkTreeItIs) {
    const ConflictProject project;
    const auto linked = project.folder / "linked";
    project.git.git({"worktree", "add", "--quiet", "--detach", linked.string()});
    base::ProcessRunner runner;
    runner.run({.argv = {"git", "merge", "--quiet", "other"}, .folder = linked});
    EXPECT_EQ(snapshot_of(project.git.path()).commit, "");
    EXPECT_FAILURE(snapshot_of(linked), Exit::not_ready,
                   "error: a merge is not finished\n  in conflict:\n  my file\n  zeta\n\n"
                   "hint: finish it, or `git merge --abort`\n");
}

// `git stash pop` leaves conflicts and nothing to finish.
TEST(RefuseUnfinished, NamesFilesInConflict) {
    const std::string hint = "\nhint: resolve the conflicts, then `git add` the files\n";
    const ConflictProject project;
    const auto& git = project.git;
    git.write("my file", "stashed\n");
    git.git({"stash", "push", "--quiet"});
    git.write("my file", "elsewhere\n");
    git.commit();
    try_git(git, {"stash", "pop", "--quiet"});
    EXPECT_FAILURE(snapshot_of(git.path()), Exit::not_ready,
                   "error: a file is in conflict\n  my file\n" + hint);
    git.git({"reset", "--quiet", "--hard"});
    git.git({"checkout", "--quiet", "-B", "third", "main~1"});
    git.write("my file", "stashed\n");
    git.write("zeta", "stashed\n");
    git.git({"stash", "push", "--quiet"});
    git.git({"checkout", "--quiet", "other"});
    try_git(git, {"stash", "pop", "--quiet"});
    EXPECT_FAILURE(snapshot_of(git.path()), Exit::not_ready,
                   "error: files are in conflict\n  my file\n  zeta\n" + hint);
}

TEST(RefuseUnfinished, ListsAFewOfManyConflicts) {
    const Folder folder;
    const GitRepository git(folder / "project");
    Head head{.commit = git.commit(), .branch = "main", .changes = {}};
    std::string listed;
    for (int i = 100; i < 125; ++i) {
        head.changes.push_back(
            {.xy = i % 2 == 0 ? "UU" : "AA", .path = std::to_string(i) + "\n", .unmerged = true});
        if (i < 120)
            listed += "  " + std::to_string(i) + "\\x0a\n";
    }
    base::ProcessRunner runner;
    EXPECT_FAILURE((refuse_unfinished(runner, tests::open_repository(git.path()), head), 0),
                   Exit::not_ready,
                   "error: files are in conflict\n" + listed +
                       "  and 5 more\n\nhint: resolve the conflicts, then `git add` the files\n");
}

TEST(TakeSnapshot, RefusesARepositoryInTheRepository) {
    const std::string hint =
        "\nhint: make it a submodule, ignore it, or move it out of the project\n";
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write("a", "1");
    git.commit();
    const GitRepository inner(git.path() / "libs" / "in ner");
    EXPECT_FAILURE(snapshot_of(git.path()), Exit::not_ready,
                   "error: `libs/in ner/` is a Git repository of its own, but not a submodule\n" +
                       hint);
    inner.write("x", "1");
    inner.commit();
    EXPECT_FAILURE(snapshot_of(git.path()), Exit::not_ready,
                   "error: `libs/in ner/` is a Git repository of its own, but not a submodule\n" +
                       hint);
    try_git(git, {"add", "libs"}); // as a link to a commit, with nothing that tells from where
    EXPECT_FAILURE(snapshot_of(git.path()), Exit::not_ready,
                   "error: `libs/in ner` is a Git repository of its own, but not a submodule\n" +
                       hint);
    git.git({"rm", "--quiet", "--cached", "--force", "libs/in ner"});
    git.write(".gitignore", "libs\n");
    EXPECT_EQ(snapshot_of(git.path()).added, Texts({".gitignore"}));
}

// --- Data ---

TEST(TakeSnapshot, RefusesMuchUntrackedDataNamingTheLargest) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write("tracked.bin", "x");
    git.commit();
    git.write("small", std::string(1000, 's'));
    git.write("data/large\n.bin", std::string(60'000, 'l'));
    git.write("middle.bin", std::string(39'000, 'm'));
    git.write("tracked.bin", std::string(500'000, 't'));
    fs::create_symlink("tracked.bin", git.path() / "link");
    fs::create_symlink("/nowhere", git.path() / "broken");
    EXPECT_FAILURE(snapshot_of(git.path(), {.include = {}, .max_untracked = 99'999}),
                   Exit::not_ready,
                   "error: 100 KB of untracked files would travel; the limit is 100 KB\n"
                   "  60 KB  data/large\\x0a.bin\n"
                   "  39 KB  middle.bin\n"
                   "  1.0 KB  small\n"
                   "  0 B  link\n"
                   "  0 B  broken\n\n"
                   "hint: track data with `dvc add`, ignore what is not needed, or raise "
                   "run.max_untracked\n");
    EXPECT_EQ(git.git({"count-objects"}).substr(0, 2), "3 ") << "nothing was stored";
    EXPECT_NE(snapshot_of(git.path(), {.include = {}, .max_untracked = 100'000}).commit, "")
        << "tracked files do not count, nor do links";
}

TEST(TakeSnapshot, HasALimitOfItsOwn) {
    EXPECT_EQ(SnapshotRules{}.max_untracked, 20'000'000U);
}

// --- Secrets ---

TEST(IsSecretName, KnowsWhereSecretsLie) {
    for (const std::string name : {".env",
                                   ".envrc",
                                   ".env.local",
                                   ".env.production",
                                   ".netrc",
                                   "_netrc",
                                   ".pgpass",
                                   ".pypirc",
                                   ".npmrc",
                                   ".htpasswd",
                                   "id_rsa",
                                   "id_dsa",
                                   "id_ecdsa",
                                   "id_ed25519",
                                   ".git-credentials",
                                   "credentials.json",
                                   "secrets.yaml",
                                   "secrets.yml",
                                   "server.pem",
                                   "server.key",
                                   "a.p12",
                                   "a.pfx",
                                   "a.ppk",
                                   "a.kdbx",
                                   "a.jks",
                                   "a.keystore",
                                   ".pem",
                                   "prod.env",
                                   ".ENV",
                                   "KEY.PEM",
                                   "id_ed25519_work",
                                   "service-account.json",
                                   "credentials",
                                   "kaggle.json",
                                   ".my.cnf"}) {
        EXPECT_TRUE(is_secret_name(name)) << name;
        EXPECT_TRUE(is_secret_name("deep/in the/" + name)) << name;
    }
    for (const std::string name : {"",
                                   "env",
                                   ".environment",
                                   ".env.example",
                                   ".env.sample",
                                   ".env.template",
                                   ".env.dist",
                                   "id_rsa.pub",
                                   "id_ed25519.pub",
                                   "key",
                                   "pem",
                                   "keyboard",
                                   "monkey",
                                   "a.key.txt",
                                   "credentials.json.md",
                                   "secrets.yaml/readme",
                                   "id_rsa/readme",
                                   "params.yaml",
                                   "a.pub",
                                   "environment.yml"})
        EXPECT_FALSE(is_secret_name(name)) << name;
}

struct Secret {
    std::string title;
    std::string name;
    std::string content;
    bool refused = true;
};

TEST(TakeSnapshot, RefusesSecretsByNameAndContent) {
    const std::vector<Secret> secrets = {
        {"by name", "sub folder/.env", "TOKEN=x\n"},
        {"by name, empty", "id_rsa", ""},
        {"PEM", "sub folder/notes.txt", "-----BEGIN PRIVATE KEY-----\nMIIE\n"},
        {"PEM, encrypted", "notes", "-----BEGIN ENCRYPTED PRIVATE KEY-----\r\nMIIE\r\n"},
        {"OpenSSH", "notes", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n"},
        {"RSA", "notes", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n"},
        {"PGP", "notes", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n"},
        {"PuTTY", "notes", "PuTTY-User-Key-File-3: ssh-ed25519\n"},
        {"without a line end", "notes", "-----BEGIN PRIVATE KEY-----"},
        {"certificate", "notes", "-----BEGIN CERTIFICATE-----\nMIIE\n", false},
        {"public key", "notes", "-----BEGIN PUBLIC KEY-----\nMIIE\n", false},
        {"among text", "notes",
         "\xef\xbb\xbf\n{\"key\": \"-----BEGIN PRIVATE KEY-----\\nMIIE\"}\n"},
        {"text about keys", "notes", "-----BEGIN CERTIFICATE-----\nno PRIVATE KEY\n", false},
        {"empty", "notes", "", false},
        {"short", "notes", "-", false},
        {"no text", "notes", std::string(5000, '\0'), false},
        {"example", ".env.example", "TOKEN=\n", false},
    };
    for (const auto& secret : secrets) {
        SCOPED_TRACE(secret.title);
        const Folder folder;
        const GitRepository git(folder / "project");
        git.commit();
        git.write(secret.name, secret.content);
        if (!secret.refused) {
            EXPECT_EQ(snapshot_of(git.path()).added, Texts({secret.name}));
            continue;
        }
        const auto shown =
            secret.name.find(' ') == std::string::npos ? secret.name : "'" + secret.name + "'";
        const std::string message =
            "error: a new file looks like a secret and would travel\n  " + secret.name +
            "\n\nhint: ignore them with .gitignore, or allow one: --include=" + shown + "\n";
        EXPECT_FAILURE(snapshot_of(git.path()), Exit::not_ready, message);
        EXPECT_EQ(git.git({"count-objects"}).substr(0, 2), "2 ") << "its content was stored";
        git.git({"add", "--intent-to-add", secret.name});
        EXPECT_FAILURE(snapshot_of(git.path()), Exit::not_ready, message);
        git.git({"add", secret.name});
        EXPECT_FAILURE(snapshot_of(git.path()), Exit::not_ready, message);
        EXPECT_EQ(snapshot_of(git.path(), {.include = {secret.name}}).added, Texts({secret.name}));
        git.commit("The user knows");
        git.write(secret.name, secret.content + "more\n");
        EXPECT_EQ(snapshot_of(git.path()).changed, 1U) << "HEAD has it already";
    }
}

TEST(TakeSnapshot, NamesAllSecretsThatMayNotTravel) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.write("sub/a", "1");
    git.commit();
    for (const auto* name : {".env", "key.pem", "sub/id_rsa"})
        git.write(name, "x\n");
    EXPECT_FAILURE(
        snapshot_of(git.path(), {.include = {".env", "id_rsa"}}), Exit::not_ready,
        "error: new files look like secrets and would travel\n  key.pem\n  sub/id_rsa\n\n"
        "hint: ignore them with .gitignore, or allow one: --include=key.pem\n");
    EXPECT_EQ(snapshot_of(git.path(), {.include = {".env", "key.pem", "sub/id_rsa"}}).added,
              Texts({".env", "key.pem", "sub/id_rsa"}));
    // The hint is relative to the user's current folder.
    EXPECT_FAILURE(snapshot_of(git.path() / "sub", {.include = {".env", "key.pem"}}),
                   Exit::not_ready,
                   "error: a new file looks like a secret and would travel\n  sub/id_rsa\n\n"
                   "hint: ignore them with .gitignore, or allow one: --include=id_rsa\n");
}

// For a link only its target's name travels, and a folder is not a file.
TEST(TakeSnapshot, TakesLinksAndFoldersOfSuchNamesForHarmless) {
    const Folder folder;
    const GitRepository git(folder / "project");
    git.commit();
    tests::put_file(folder / "key", "-----BEGIN PRIVATE KEY-----\nMIIE\n");
    fs::create_symlink("/nowhere", git.path() / "id_rsa");
    fs::create_symlink("../key", git.path() / "link");
    fs::create_symlink("..", git.path() / "server.key");
    git.write(".env/readme", "x\n");
    fs::create_directories(git.path() / "empty.pem");
    EXPECT_EQ(snapshot_of(git.path()).added,
              Texts({".env/readme", "id_rsa", "link", "server.key"}));
}

} // namespace
} // namespace rdvc::project
