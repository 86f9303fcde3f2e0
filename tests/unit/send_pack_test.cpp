// What travels to a mirror: with a full history, a shallow one, or one that is cut.

#include "send/pack.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "support/mirror.hpp"
#include "support/snapshot.hpp"

namespace rdvc::send {
namespace {

using tests::Folder;
using tests::GitRepository;
using tests::Mirror;
using tests::open_repository;
using tests::snapshot_of;
using Texts = std::vector<std::string>;
using Believed = std::vector<ledger::Stored>;

constexpr std::uint64_t unlimited = 1'000'000'000;
constexpr auto mirror_name = "demo-12345678.git";

std::string noise(int seed) {
    std::string text;
    for (int i = 0; i < 200; ++i)
        text += base::short_hash(std::to_string(seed * 1000 + i));
    return text;
}

// A project of three commits with 20 files, and the mirror that receives the packs.
class PackProject {
  public:
    PackProject() : git(folder / "project"), mirror(folder / mirror_name) {
        for (int i = 0; i < 20; ++i)
            git.write("file" + std::to_string(i), noise(i));
        git.commit("one");
        git.write("file1", noise(100));
        git.commit("two");
        git.write("file2", noise(101));
        head = git.commit("three");
    }

    MirrorPack pack_for(const std::string& tip, const Believed& believed,
                        std::uint64_t max_history = unlimited, const Texts& tags = {}) {
        return deliver_from(git.path(), tip, head, believed, max_history, tags);
    }

    MirrorPack deliver_from(const std::filesystem::path& from, const std::string& tip,
                            const std::string& history, const Believed& believed,
                            std::uint64_t max_history = unlimited, const Texts& tags = {}) {
        base::ProcessRunner runner;
        const auto repository = open_repository(from);
        const auto file = folder / ("pack" + std::to_string(++made_));
        auto mirror_pack = make_mirror_pack(runner, {repository, mirror_name, tip, history, tags},
                                            believed, max_history, file);
        mirror.take(mirror_pack.pack.size > 0 ? file : std::filesystem::path(),
                    mirror_pack.boundary, tip);
        return mirror_pack;
    }

    Folder folder;
    GitRepository git;
    Mirror mirror;
    std::string head;

  private:
    int made_ = 0;
};

TEST(MakeMirrorPack, HoldsAllAtFirst) {
    PackProject project;
    const auto mirror_pack = project.pack_for(project.head, {});
    EXPECT_EQ(mirror_pack.pack.objects, 3U + 3U + 22U);
    EXPECT_EQ(mirror_pack.haves, Texts{});
    EXPECT_EQ(mirror_pack.boundary, Texts{});
    EXPECT_FALSE(mirror_pack.cut);
    EXPECT_EQ(mirror_pack.stored, (ledger::Stored{mirror_name, project.head, ""}));
    EXPECT_EQ(project.mirror.commits(project.head), 3U);
}

TEST(MakeMirrorPack, IsEmptyTheSecondTime) {
    PackProject project;
    const auto first = project.pack_for(project.head, {});
    const auto second = project.pack_for(project.head, {first.stored});
    EXPECT_EQ(second.pack.objects, 0U);
    EXPECT_EQ(second.pack.size, 0U);
    EXPECT_EQ(second.haves, Texts({project.head}));
    EXPECT_EQ(second.stored, first.stored);
}

// A snapshot on an existing commit: its commit, its tree, the file.
TEST(MakeMirrorPack, BuildsOnWhatIsBelievedToBeThere) {
    PackProject project;
    const auto first = project.pack_for(project.head, {});
    project.git.write("file3", noise(3) + "changed");
    auto tip = snapshot_of(project.git.path()).commit;
    const auto second = project.pack_for(tip, {first.stored});
    EXPECT_EQ(second.pack.objects, 3U);
    EXPECT_LT(second.pack.size, 1000U) << "a delta";
    EXPECT_EQ(second.stored, (ledger::Stored{mirror_name, tip, ""}));
    EXPECT_EQ(project.pack_for(tip, {second.stored, first.stored}).pack.objects, 0U);
    // Committed: the same tree, another commit.
    project.head = project.git.commit("four");
    EXPECT_EQ(project.pack_for(project.head, {second.stored, first.stored}).pack.objects, 1U);
}

TEST(MakeMirrorPack, BelievesOnlyWhatItCanUse) {
    PackProject project;
    project.pack_for(project.head, {});
    const std::string gone = "0123456789012345678901234567890123456789";
    const Believed useless = {{"other-12345678.git", project.head, ""},
                              {"functions", project.head, ""},
                              {mirror_name, project.head, "cut"},
                              {mirror_name, project.head, "0123abcd"},
                              {mirror_name, gone, ""}};
    const auto mirror_pack = project.pack_for(project.head, useless);
    EXPECT_EQ(mirror_pack.haves, Texts{});
    EXPECT_EQ(mirror_pack.pack.objects, 28U);
    auto useful = useless;
    useful.push_back({mirror_name, project.head, ""});
    EXPECT_EQ(project.pack_for(project.head, useful).haves, Texts({project.head}));
}

TEST(MakeMirrorPack, HoldsTagsThatAreAnnotated) {
    PackProject project;
    const auto first = project.pack_for(project.head, {});
    project.git.git({"tag", "--annotate", "--message=m", "v1"});
    const auto tag = project.git.git({"rev-parse", "v1"});
    const auto mirror_pack = project.pack_for(project.head, {first.stored}, unlimited, {tag});
    EXPECT_EQ(mirror_pack.pack.objects, 1U);
    EXPECT_EQ(project.mirror.git({"cat-file", "-t", tag}), "tag");
}

// --- A shallow clone ---

TEST(MakeMirrorPack, EndsWhereAShallowClonesHistoryEnds) {
    PackProject project;
    const auto clone = project.folder / "shallow";
    project.git.git(
        {"clone", "--quiet", "--depth=2", "file://" + project.git.path().string(), clone.string()});
    const auto boundary = tests::run_program({"git", "rev-parse", "HEAD~1"}, clone);
    const auto first = project.deliver_from(clone, project.head, project.head, {});
    EXPECT_EQ(first.boundary, Texts({boundary}));
    EXPECT_EQ(first.stored.boundary, base::short_hash(boundary));
    EXPECT_FALSE(first.cut);
    EXPECT_EQ(project.mirror.commits(project.head), 2U);
    EXPECT_EQ(project.deliver_from(clone, project.head, project.head, {first.stored}).pack.objects,
              0U);

    tests::put_file(clone / "file3", "changed");
    const auto tip = snapshot_of(clone).commit;
    const auto second = project.deliver_from(clone, tip, project.head, {first.stored});
    EXPECT_EQ(second.pack.objects, 3U);
    EXPECT_EQ(project.mirror.commits(tip), 3U);

    // Deeper now: the mirror's history ends elsewhere, so nothing can build on it.
    tests::run_program({"git", "fetch", "--quiet", "--unshallow"}, clone);
    const auto whole =
        project.deliver_from(clone, project.head, project.head, {second.stored, first.stored});
    EXPECT_EQ(whole.haves, Texts{});
    EXPECT_EQ(whole.stored.boundary, "");
    EXPECT_EQ(whole.pack.objects, 28U);
}

// --- A history that is too large ---

TEST(MakeMirrorPack, CutsAHistoryThatIsTooLarge) {
    PackProject project;
    project.git.git({"tag", "--annotate", "--message=m", "v1", "HEAD~1"});
    const auto tag = project.git.git({"rev-parse", "v1"});
    const auto first = project.pack_for(project.head, {}, 1000, {tag});
    EXPECT_TRUE(first.cut);
    EXPECT_EQ(first.boundary, Texts({project.head}));
    EXPECT_EQ(first.stored, (ledger::Stored{mirror_name, project.head, "cut"}));
    EXPECT_EQ(first.pack.objects, 1U + 1U + 20U) << "one commit, no tag";
    EXPECT_EQ(project.mirror.commits(project.head), 1U);
    EXPECT_EQ(project.pack_for(project.head, {first.stored}, 1000, {tag}).pack.objects, 0U);

    project.git.write("file3", noise(3) + "changed");
    const auto tip = snapshot_of(project.git.path()).commit;
    const auto second = project.pack_for(tip, {first.stored}, 1000);
    EXPECT_TRUE(second.cut);
    EXPECT_EQ(second.boundary, Texts({project.head}));
    EXPECT_EQ(second.haves, Texts({project.head}));
    EXPECT_EQ(second.pack.objects, 3U);
    EXPECT_EQ(project.mirror.commits(tip), 2U);

    // Two commits further on: no history in between, and only what is new in the tree.
    project.git.commit("four");
    project.git.write("file4", noise(4) + "changed");
    project.head = project.git.commit("five");
    const auto third = project.pack_for(project.head, {second.stored, first.stored}, 1000);
    EXPECT_EQ(third.boundary, Texts({project.head}));
    EXPECT_EQ(third.pack.objects, 3U);
    EXPECT_EQ(project.mirror.commits(project.head), 1U);
}

TEST(MakeMirrorPack, CutsNoHistoryThatIsThereAlready) {
    PackProject project;
    const auto whole = project.pack_for(project.head, {});
    project.git.write("file3", "changed");
    const auto tip = snapshot_of(project.git.path()).commit;
    const auto mirror_pack = project.pack_for(tip, {whole.stored}, 1000);
    EXPECT_FALSE(mirror_pack.cut);
    EXPECT_EQ(mirror_pack.pack.objects, 3U);
    EXPECT_EQ(project.mirror.commits(tip), 4U);
}

// Once the full history may travel, it does not build on one that was cut.
TEST(MakeMirrorPack, SendsTheWholeHistoryWhereTheLimitAllows) {
    PackProject project;
    const auto cut = project.pack_for(project.head, {}, 1000);
    const auto whole = project.pack_for(project.head, {cut.stored});
    EXPECT_FALSE(whole.cut);
    EXPECT_EQ(whole.haves, Texts{});
    EXPECT_EQ(whole.pack.objects, 28U);
}

} // namespace
} // namespace rdvc::send
