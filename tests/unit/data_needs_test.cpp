#include "data/needs.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace rdvc::data {
namespace {

using Texts = std::map<std::string, std::string>;

// raw.dvc -> prep -> clean; clean, code.py, lr -> train -> model, m.json (in Git); model -> eval;
// raw.dvc -> other. All of them are as at their last run.
const std::string dvc_yaml = R"(stages:
  prep: {cmd: p, deps: [raw], outs: [clean]}
  train: {cmd: t, deps: [clean, code.py], params: [lr], outs: [model, m.json: {cache: false}]}
  eval: {cmd: e, deps: [model], outs: [scores]}
  other: {cmd: o, deps: [raw], outs: [side]}
)";
const std::string dvc_lock = R"(stages:
  prep: {cmd: p, deps: [{path: raw, hash: md5, md5: r}], outs: [{path: clean, hash: md5, md5: c}]}
  train: {cmd: t, deps: [{path: clean, hash: md5, md5: c}, {path: code.py, hash: md5, md5: k}],
    params: {params.yaml: {lr: 0.001}},
    outs: [{path: m.json, hash: md5, md5: j}, {path: model, hash: md5, md5: m}]}
  eval: {cmd: e, deps: [{path: model, hash: md5, md5: m}], outs: [{path: scores, hash: md5, md5: s}]}
  other: {cmd: o, deps: [{path: raw, hash: md5, md5: r}], outs: [{path: side, hash: md5, md5: z}]}
)";

struct Project {
    Texts files = {{"dvc.yaml", dvc_yaml},
                   {"dvc.lock", dvc_lock},
                   {"raw.dvc", "outs: [{path: raw, hash: md5, md5: r}]\n"}};
    Texts hashes = {{"code.py", "k"}, {"m.json", "j"}};
    Texts parts;                  // of what is in a tracked folder
    std::set<std::string> absent; // which no commit has
    std::string params = "lr: 1e-3\n";

    void replace(const std::string& file, const std::string& from, const std::string& to) {
        auto& text = files.at(file);
        for (auto at = text.find(from); at != std::string::npos;
             at = text.find(from, at + to.size()))
            text.replace(at, from.size(), to);
    }

    // "path?" for outputs that may be needed, "path!" for those that are.
    [[nodiscard]] std::string needs(const Scope& scope = {},
                                    const std::set<std::string>& lost = {}) const {
        std::vector<std::string> words;
        for (const auto& need : find(scope, lost).needed)
            words.push_back(need.output.path + (need.runs == Runs::yes ? "!" : "?"));
        return sorted(std::move(words));
    }

    // Outputs that the result may name although the run did not make them; "path-" for stages out
    // of scope.
    [[nodiscard]] std::string kept(const Scope& scope = {}) const {
        std::vector<std::string> words;
        for (const auto& kept : find(scope).kept)
            words.push_back(kept.output.path + (kept.can_rerun ? "" : "-"));
        return sorted(std::move(words));
    }

    [[nodiscard]] Needs find(const Scope& scope, const std::set<std::string>& lost = {}) const {
        return find_needs(read_pipeline(files), scope, asked(), lost);
    }

    // Stages that a sweep over `swept` shares.
    [[nodiscard]] std::string shared(const std::vector<std::string>& swept,
                                     Scope scope = {}) const {
        scope.overrides = swept;
        return sorted(shared_stages(read_pipeline(files), scope, asked(), swept));
    }

    [[nodiscard]] Files asked() const {
        return Files{.hash =
                         [&](const std::string& path) {
                             const auto found = hashes.find(path);
                             return found == hashes.end() ? "" : found->second;
                         },
                     .text = [&](const std::string& path) -> std::optional<std::string> {
                         return path == "params.yaml" ? std::optional(params) : std::nullopt;
                     },
                     .part =
                         [&](const Output&, const std::string& path) {
                             const auto found = parts.find(path);
                             return found == parts.end() ? "" : found->second;
                         },
                     .in_commit =
                         [&](const std::vector<std::string>& paths) {
                             return std::none_of(
                                 paths.begin(), paths.end(),
                                 [&](const std::string& path) { return absent.contains(path); });
                         }};
    }

    static std::string sorted(std::vector<std::string> words) {
        std::sort(words.begin(), words.end());
        std::string text;
        for (const auto& word : words)
            text += (text.empty() ? "" : " ") + word;
        return text;
    }
};

Scope scope_of(const std::vector<std::string>& targets) {
    Scope scope;
    scope.targets = targets;
    return scope;
}

TEST(Needs, AreNoneIfNothingChanged) {
    EXPECT_EQ(Project().needs(), "");
}

TEST(Needs, OfAChangedStageAreItsInputsAndNotThoseBefore) {
    Project project;
    project.hashes["code.py"] = "new";
    EXPECT_EQ(project.needs(scope_of({"train"})), "clean!");
    EXPECT_EQ(project.needs(), "clean!") << "train makes what eval reads";
    project.replace("raw.dvc", "md5: r", "md5: new");
    EXPECT_EQ(project.needs(scope_of({"train"})), "raw!") << "prep makes the rest";
    auto alone = scope_of({"train"});
    alone.single_item = true;
    EXPECT_EQ(project.needs(alone), "clean!");
}

TEST(Needs, OfForceAreOnlyWhatNoStageMakes) {
    Scope scope;
    scope.force = true;
    EXPECT_EQ(Project().needs(scope), "raw!");
    scope.targets = {"train"};
    scope.downstream = true;
    EXPECT_EQ(Project().needs(scope), "clean!");
    scope.pipeline = true; // which wins, and includes stages that share the data of a .dvc file
    EXPECT_EQ(Project().needs(scope), "raw!");
}

TEST(Needs, FollowTheTargets) {
    Project project;
    project.replace("dvc.yaml", "cmd: o", "cmd: new");
    EXPECT_EQ(project.needs(), "raw?");
    EXPECT_EQ(project.needs(scope_of({"train"})), "");
    EXPECT_EQ(project.needs(scope_of({"side"})), "raw?");
    EXPECT_EQ(project.needs(scope_of({"dvc.yaml:other"})), "raw?");
    EXPECT_EQ(project.needs(scope_of({"none"})), "raw?") << "unknown: all";
    EXPECT_EQ(project.needs(scope_of({"raw.dvc"})), "");
    auto scope = scope_of({"raw.dvc"});
    scope.downstream = true;
    EXPECT_EQ(project.needs(scope), "raw?");
    scope = scope_of({"prep"});
    scope.pipeline = true;
    EXPECT_EQ(project.needs(scope), "raw?") << "the pipelines hang together by raw";
    scope.single_item = true;
    EXPECT_EQ(project.needs(scope), "raw?") << "DVC ignores -s then";
    scope = {};
    scope.here = "sub";
    scope.all_pipelines = true;
    EXPECT_EQ(project.needs(scope), "raw?");
}

TEST(Needs, FollowParameters) {
    Project project;
    const auto with = [&](const std::string& override) {
        Scope scope = scope_of({"train"});
        scope.overrides = {override};
        return project.needs(scope);
    };
    EXPECT_EQ(with("lr=2"), "clean!");
    EXPECT_EQ(with("params.yaml:++lr=2"), "clean!");
    EXPECT_EQ(with("lr=0.001"), "") << "it has that value";
    EXPECT_EQ(with("lr=1e-3"), "");
    for (const auto* doubtful : {"lr='2'", "lr=01", "lr=-2", "~lr", "p/params.yaml:lr=2", "lr=nan"})
        EXPECT_EQ(with(doubtful), "clean?") << doubtful;
    EXPECT_EQ(with("lr[0]=2"), "clean?");
    EXPECT_EQ(with("+new=2"), "");
    EXPECT_EQ(with("other.yaml:lr=2"), "");
    Scope hydra = scope_of({"train"});
    hydra.hydra = true;
    EXPECT_EQ(project.needs(hydra), "clean?");
    project.params = "lr: '0.001'\n";
    EXPECT_EQ(project.needs(scope_of({"train"})), "clean?") << "a text now";
}

TEST(Needs, SeeThatDvcSetsValuesInADependency) {
    Project project;
    project.replace("dvc.yaml", "code.py", "params.yaml");
    project.replace("dvc.lock", "code.py", "params.yaml");
    project.hashes["params.yaml"] = "k";
    EXPECT_EQ(project.needs(scope_of({"train"})), "");
    Scope scope = scope_of({"train"});
    scope.overrides = {"+new=1"};
    EXPECT_EQ(project.needs(scope), "clean?");
}

TEST(Needs, SeeAnEditedOutputThatGitTracks) {
    Project project;
    project.hashes["m.json"] = "edited";
    EXPECT_EQ(project.needs(scope_of({"train"})), "clean?");
}

TEST(Needs, OfAFrozenStage) {
    Project project;
    project.replace("dvc.yaml", "train: {", "train: {frozen: true, ");
    project.hashes["code.py"] = "new";
    EXPECT_EQ(project.needs(), "") << "its dependencies do not count";
    project.replace("dvc.yaml", "cmd: t", "cmd: new");
    project.replace("raw.dvc", "md5: r", "md5: new");
    EXPECT_EQ(project.needs(scope_of({"train"})), "clean?") << "prep is not run for it";
}

TEST(Needs, OfAStageThatNeverRan) {
    Project project;
    project.replace("dvc.lock", "  eval:", "  gone:");
    EXPECT_EQ(project.needs(), "model!");
    project.replace("dvc.yaml", "eval: {", "eval: {frozen: true, ");
    EXPECT_EQ(project.needs(), "model?");
    project.files["dvc.yaml"] += "  first: {cmd: x, outs: [y]}\n";
    EXPECT_EQ(project.needs(), "clean? model? raw? side?") << "DVC may miss nothing then";
}

TEST(Needs, OfAPersistentOutputIncludeItself) {
    Project project;
    project.replace("dvc.yaml", "outs: [scores]", "outs: [scores: {persist: true}]");
    project.replace("dvc.yaml", "cmd: e", "cmd: new");
    EXPECT_EQ(project.needs(), "model? scores?");
}

TEST(Needs, OfLostOutputsAreAllThatIsThere) {
    EXPECT_EQ(Project().needs(scope_of({"eval"}), {"model"}), "clean! raw?");
}

TEST(Needs, OfWhatCannotBeToldAreAll) {
    Project project;
    project.files["dvc.yaml"] = "stages:\n  s: {cmd: x, deps: ['${a}']}\n"
                                "  t: {cmd: y, deps: [b], outs: [c]}\n";
    project.files["dvc.lock"] = "stages:\n  t: {cmd: y, deps: [{path: b, hash: md5, md5: b}], "
                                "outs: [{path: c, hash: md5, md5: c}]}\n";
    project.hashes["b"] = "b";
    EXPECT_EQ(project.needs(), "c? raw?");
}

TEST(Needs, OfASmallPartAreAllThatItIsIn) {
    Project project;
    project.files["dvc.yaml"] = "stages:\n  s: {cmd: x, deps: [raw/part]}\n";
    EXPECT_EQ(project.needs(), "raw!");
    project.files["dvc.lock"] = "stages:\n  s: {cmd: x, deps: [{path: raw/part, md5: q}]}\n";
    EXPECT_EQ(project.needs(), "raw?");
}

TEST(Needs, OfAPartOfAFolderAreTold) {
    Project project;
    project.files["raw.dvc"] = "outs: [{path: raw, hash: md5, md5: r.dir}]\n";
    project.files["dvc.yaml"] = "stages:\n  s: {cmd: x, deps: [raw/part], outs: [y]}\n";
    project.files["dvc.lock"] =
        "stages:\n  s: {cmd: x, deps: [{path: raw/part, hash: md5, md5: q}], outs: "
        "[{path: y, hash: md5, md5: y}]}\n";
    project.parts["raw/part"] = "q";
    EXPECT_EQ(project.needs(), "");
    project.parts["raw/part"] = "new";
    EXPECT_EQ(project.needs(), "raw!");
}

TEST(Kept, AreRecordedOutputsOfStagesThatMayNotRun) {
    Project project;
    EXPECT_EQ(project.kept(), "clean model scores side") << "what Git has is not kept";
    project.hashes["code.py"] = "new";
    EXPECT_EQ(project.kept(scope_of({"train"})), "clean scores- side-");
    Scope force = scope_of({"eval"});
    force.force = true;
    EXPECT_EQ(project.kept(force), "side-");
    project.replace("dvc.yaml", "outs: [clean]", "outs: [clean: {push: false}]");
    EXPECT_EQ(project.kept(scope_of({"train"})), "scores- side-");
    Project fresh;
    fresh.files.erase("dvc.lock");
    EXPECT_EQ(fresh.kept(), "");
}

// With --allow-missing DVC skips a stage if it sees no reason to run it.
TEST(AllData, HasToBeThereWhereDvcWouldSkipAStageThatHasToRun) {
    const auto all_there = [](const Project& project, const Scope& scope = {}) {
        return project.find(scope).all_there;
    };
    Scope remote;
    remote.by_remote = true;
    Project project;
    EXPECT_FALSE(all_there(project) || all_there(project, remote));
    for (const auto* added :
         {"  first: {cmd: x, outs: [y]}\n", "  first: {cmd: x, deps: [], outs: [y]}\n",
          "  first: {\"cmd\": \"x\", \"outs\": [\"y\"]}\n"}) {
        project = {};
        project.files["dvc.yaml"] += added;
        EXPECT_TRUE(all_there(project)) << added;
        EXPECT_FALSE(all_there(project, scope_of({"train"}))) << "it is not looked at";
    }
    project = {};
    project.files["dvc.yaml"] += "  last: {cmd: x, params: [lr], outs: [y]}\n";
    EXPECT_FALSE(all_there(project) || all_there(project, remote));
    project = {};
    project.files["dvc.yaml"] += "  needy: {cmd: x, deps: [gone.txt], outs: [y]}\n";
    EXPECT_FALSE(all_there(project));
    project.absent = {"gone.txt"};
    EXPECT_TRUE(all_there(project)) << "a missing file counts as unchanged";
    EXPECT_FALSE(all_there(project, scope_of({"train"})));
    project.absent = {"clean", "raw", "/data/here"};
    EXPECT_FALSE(all_there(project)) << "DVC, a stage or the cluster has them";
    project = {};
    project.files["raw.dvc"] = "deps: [{path: https://x/y}]\nouts: [{path: raw}]\n";
    EXPECT_TRUE(all_there(project)) << "an import that nobody has fetched";
    EXPECT_EQ(project.find({}).unrecorded.size(), 1U);
    project = {};
    project.files["raw.dvc"] = "outs: [{path: raw, hash: md5, md5: r.dir}]\n";
    project.files["dvc.yaml"] = "stages:\n  s: {cmd: x, deps: [raw/part], outs: [y]}\n";
    EXPECT_FALSE(all_there(project)) << "the data is sent first";
    EXPECT_TRUE(all_there(project, remote)) << "DVC looks at it before it is there";
    project = {};
    project.replace("raw.dvc", "md5: r", "md5: new");
    EXPECT_FALSE(all_there(project, remote));
    remote.single_item = true;
    EXPECT_TRUE(all_there(project, remote)) << "DVC does not look at the stage before";
}

TEST(Needs, EndInACircle) {
    Project project;
    project.files["dvc.yaml"] = "stages:\n  s: {cmd: x, deps: [a, raw], outs: [b]}\n"
                                "  t: {cmd: y, deps: [b], outs: [a]}\n";
    project.files.erase("dvc.lock");
    EXPECT_EQ(project.needs(), "raw!");
}

TEST(SharedStages, AreThoseThatRunAndThatNoSweptParameterReaches) {
    Project project;
    EXPECT_EQ(project.shared({"lr=1,2"}), "") << "prep is up to date";
    project.hashes["code.py"] = "changed";
    EXPECT_EQ(project.shared({"lr=1,2"}), "") << "what changes is in the swept stage";
    project.replace("raw.dvc", "md5: r", "md5: s");
    EXPECT_EQ(project.shared({"lr=1,2"}), "other prep");
    Scope target;
    target.targets = {"train"};
    EXPECT_EQ(project.shared({"lr=1,2"}, target), "prep");
    EXPECT_EQ(project.shared({"depth=1,2"}), "") << "no stage differs";
    EXPECT_EQ(project.shared({"params.yaml:lr.a=1,2"}), "other prep");
}

TEST(SharedStages, AreNotThoseAboutWhichNothingIsSure) {
    Project project;
    project.files.erase("dvc.lock");
    EXPECT_EQ(project.shared({"lr=1,2"}), "other prep");
    project.replace("dvc.yaml", "prep: {cmd: p,", "prep: {cmd: 'p ${lr}',");
    EXPECT_EQ(project.shared({"lr=1,2"}), "other") << "a template may be the swept parameter";
    project.files["dvc.yaml"] = dvc_yaml;
    project.replace("dvc.yaml", "prep: {cmd: p, deps: [raw]",
                    "prep: {cmd: p, deps: [raw, params.yaml]");
    EXPECT_EQ(project.shared({"lr=1,2"}), "other") << "it reads the file that DVC writes";
    project.files["dvc.yaml"] = dvc_yaml;
    project.replace("dvc.yaml", "prep: {cmd: p, deps: [raw]",
                    "prep: {cmd: p, deps: [raw], params: [{params.yaml: }]");
    EXPECT_EQ(project.shared({"lr=1,2"}), "other") << "it reads all parameters";
}

} // namespace
} // namespace rdvc::data
