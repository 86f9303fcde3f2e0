// `rdvc cluster`, `rdvc instance`, and what `cluster.default` decides.

#include <gtest/gtest.h>

#include "support/demo_project.hpp"

namespace rdvc::commands {
namespace {

using base::Exit;
using tests::answers;
using tests::content_of;
using tests::DemoProject;

const std::string two_clusters = "[cluster]\nhost = \"hpc\"\nusername = \"alice\"\n"
                                 "[clusters.gpu]\nhost = \"gpu.example.org\"\nusername = \"al\"\n"
                                 "[clusters.old]\nhost = \"old\"\n";

class Clusters : public ::testing::Test {
  protected:
    Clusters() {
        demo_.commit_project();
        demo_.configure(two_clusters);
    }

    [[nodiscard]] std::string user_file() const {
        return content_of(demo_.folder / "home" / ".config" / "rdvc" / "config.toml");
    }
    [[nodiscard]] std::string project_file() const {
        return content_of(demo_.git.path() / ".rdvc" / "config.toml");
    }
    // Runs a command that must succeed; returns its output on both streams.
    std::string said(const Words& words, Exit code = Exit::done) {
        const auto outcome = demo_.world.run(words);
        EXPECT_EQ(outcome.code, static_cast<int>(code)) << outcome.out << outcome.err;
        return outcome.out + outcome.err;
    }
    std::string host() { return said({"config", "get", "cluster.host"}); }

    DemoProject demo_;
};

TEST_F(Clusters, AreListedWithTheDefault) {
    const auto list = said({"cluster", "list"});
    EXPECT_TRUE(list.starts_with("CLUSTER     HOST             USER   SET BY\n"
                                 "[cluster]*  hpc              alice  "))
        << list;
    EXPECT_NE(list.find("gpu         gpu.example.org  al     "), std::string::npos) << list;
    said({"cluster", "use", "gpu"});
    EXPECT_NE(said({"cluster", "list"}).find("gpu*       gpu.example.org"), std::string::npos);
    EXPECT_NE(said({"cluster", "list", "--json"}).find("\"default\": true,\n      \"host\": \"gpu"),
              std::string::npos);
    demo_.configure("");
    demo_.configure_project("");
    EXPECT_NE(said({"cluster", "list"}).find("no cluster is configured"), std::string::npos);
}

TEST_F(Clusters, OneIsTheDefaultOfAProject) {
    EXPECT_EQ(host(), "hpc\n");
    said({"cluster", "use", "gpu"});
    EXPECT_EQ(project_file(), "# rdvc's settings for this project; commit this file\n"
                              "\n[cluster]\ndefault = \"gpu\"\n");
    EXPECT_EQ(host(), "gpu.example.org\n");
    EXPECT_EQ(said({"config", "get", "cluster.host", "--cluster=old"}), "old\n");
    demo_.world.environment["RDVC_CLUSTER_DEFAULT"] = "";
    EXPECT_EQ(host(), "hpc\n");
}

TEST_F(Clusters, OneIsTheDefaultOfAllProjects) {
    said({"cluster", "use", "old", "--global"});
    EXPECT_NE(user_file().find("username = \"alice\"\ndefault = \"old\"\n"), std::string::npos);
    EXPECT_EQ(host(), "old\n");
    said({"cluster", "use", "gpu"});
    EXPECT_EQ(host(), "gpu.example.org\n");
    EXPECT_NE(said({"cluster", "use", "old", "--global"}).find("which counts here"),
              std::string::npos);
    // The wizard is about [cluster] itself.
    said({"init", "global", "--yes", "--username=me"});
    EXPECT_NE(user_file().find("host = \"hpc\"\nusername = \"me\"\n"), std::string::npos)
        << user_file();
}

TEST_F(Clusters, OnlyTheUserDefinesThem) {
    EXPECT_EQ(
        said({"cluster", "use", "gup"}, Exit::usage),
        "error: no [clusters.gup] is defined, did you mean `gpu`?\n  defined are: gpu, old\n\n"
        "hint: rdvc config set clusters.gup.host HOST\n");
    said({"cluster", "use"}, Exit::usage);
    demo_.configure_project("[cluster]\ndefault = \"theirs\"\n");
    const auto unknown = said({"run"}, Exit::configuration);
    EXPECT_TRUE(unknown.starts_with("error: unknown cluster `theirs`\n  `cluster.default` is set "
                                    "by "))
        << unknown;
    EXPECT_NE(unknown.find("RDVC_CLUSTER_DEFAULT="), std::string::npos);
    EXPECT_NE(said({"cluster", "list"}).find("hpc"), std::string::npos) << "still works";
    demo_.configure_project(
        "[clusters.theirs]\nhost = \"evil\"\n[cluster]\ndefault = \"theirs\"\n");
    EXPECT_NE(said({"run"}, Exit::configuration).find("may not set `clusters`"), std::string::npos);
    demo_.configure_project("");
    demo_.configure("[clusters.a]\ndefault = \"b\"\n");
    EXPECT_NE(said({"run"}, Exit::configuration).find("`default` belongs to [cluster]"),
              std::string::npos);
}

TEST_F(Clusters, InstancesAreListedWithTheirOrigin) {
    EXPECT_NE(said({"instance", "list"}).find("no instance is defined"), std::string::npos);
    demo_.configure_project("[run]\ninstance = \"big\"\n[instances.big]\nmem = \"64G\"\n"
                            "exclusive = true\n[instances.plain]\n");
    const auto list = said({"instance", "list"});
    EXPECT_NE(list.find("big*      exclusive = true  "), std::string::npos) << list;
    EXPECT_NE(list.find("          mem = \"64G\"       "), std::string::npos) << list;
    EXPECT_NE(list.find("plain     (none)"), std::string::npos) << list;
    EXPECT_NE(said({"instance", "list", "--json"}).find("\"name\": \"big\""), std::string::npos);
}

TEST_F(Clusters, AnInstanceIsDefinedByItsNodes) {
    const auto nodes = answers(
        {"limits nodes cpu*|1|idle|4|65536|0/4/0/4|(null)|(null)|t3.xlarge|",
         "limits nodes gpu|1|idle|4|65536|0/4/0/4|gpu:a10g:1|gpu:a10g:0|g5.xlarge|", "end"});
    demo_.expect_request().does(nodes).times(3);
    said({"instance", "add", "g5.xlarge", "--yes"});
    EXPECT_NE(project_file().find("[instances.\"g5.xlarge\"]\npartition = \"gpu\"\n"
                                  "constraint = \"g5.xlarge\"\ngpus = 1\n"),
              std::string::npos)
        << project_file();
    EXPECT_NE(said({"instance", "add", "g5.xlarge"}, Exit::usage).find("is defined already"),
              std::string::npos);
    EXPECT_NE(said({"instance", "add", "g5.xlareg", "--global"}, Exit::not_ready)
                  .find("no node has the feature `g5.xlareg`, did you mean `g5.xlarge`?\n"
                        "  there are: t3.xlarge, g5.xlarge\n"),
              std::string::npos);
    said({"instance", "add", "t3.xlarge", "--global", "--yes"});
    EXPECT_NE(user_file().find("[instances.\"t3.xlarge\"]\n"), std::string::npos);
    said({"instance", "add"}, Exit::usage);
}

} // namespace
} // namespace rdvc::commands
