#include "submission/preflight.hpp"

#include <gtest/gtest.h>

#include "submission/needs.hpp"

namespace rdvc::submission {
namespace {

// Two partitions of different nodes, accounting that is obeyed, and no plugin.
const std::string cluster =
    "nodes cpu*|10|idle|32|128000|0/320/0/320|(null)|(null)|avx2,intel|\n"
    "nodes gpu|2|mixed|64|512000|10/118/0/128|gpu:a100:4,gpu:v100:2|gpu:a100:1|avx2,a100|\n"
    "partition PartitionName=cpu MaxTime=1-00:00:00 State=UP QoS=N/A\n"
    "partition PartitionName=gpu MaxTime=7-00:00:00 State=UP QoS=N/A\n"
    "setting ClusterName hpc\n"
    "setting JobSubmitPlugins (null)\n"
    "setting AccountingStorageEnforce associations,limits,qos\n"
    "association hpc|physics|physics||normal,long|normal|100|||\n"
    "association hpc|physics|chem||normal|normal|10|||02:00:00\n";

using Options = std::vector<SbatchOption>;

std::string said_of(const Request& request, const std::string& limits = cluster) {
    std::string text;
    for (const auto& [what, instead] : refusals(request, slurm::parse_limits(limits)))
        text += what + (instead.empty() ? "" : " -> " + instead) + "\n";
    return text;
}

std::string said(const Options& options, const std::string& limits = cluster) {
    return said_of(Request{.sbatch = options}, limits);
}

struct Case {
    Options options;
    std::string says; // "": nothing is refused
};

void expect_all(const std::vector<Case>& cases, const std::string& limits = cluster) {
    for (const auto& [options, says] : cases)
        EXPECT_EQ(said(options, limits), says.empty() ? "" : says + "\n")
            << options.front().first << "=" << options.front().second.value_or("");
}

TEST(Preflight, ComparesTheTime) {
    expect_all({
        {{{"time", "1-00:00:00"}}, ""},
        {{{"time", "1440"}}, ""},
        {{{"time", "1-00:00:01"}},
         "`--time=1-00:00:01` is more than the partition `cpu` allows: 1-00:00:00 -> "
         "--time=1-00:00:00 would do; a job this long may run in gpu"},
        {{{"time", "9-0"}, {"partition", "gpu"}},
         "`--time=9-0` is more than the partition `gpu` allows: 7-00:00:00 -> --time=7-00:00:00 "
         "would do"},
        {{{"time", "2-0"}, {"partition", "cpu,gpu"}}, ""},
        {{{"time", "8-0"}, {"partition", "cpu,gpu"}},
         "`--time=8-0` is more than the partition `gpu` allows: 7-00:00:00 -> --time=7-00:00:00 "
         "would do"},
        {{{"time", "2-0"}, {"time-min", "1"}}, ""},
        {{{"time", "03:00:00"}, {"account", "chem"}},
         "`--time=03:00:00` is more than the account `chem` allows: 02:00:00 -> --time=02:00:00 "
         "would do"},
        {{{"time", "UNLIMITED"}}, ""},
        {{{"time", "soon"}}, ""},
    });
    expect_all({{{{"time", "2-0"}, {"partition", "cpu,gpu"}},
                 "`--time=2-0` is more than the partition `cpu` allows: 1-00:00:00 -> "
                 "--time=1-00:00:00 would do; a job this long may run in gpu"}},
               cluster + "setting EnforcePartLimits ALL\n");
}

TEST(Preflight, KnowsWhoseLimitCounts) {
    const auto with = [](const std::string& qos) { return cluster + qos; };
    const Options two_days = {{"time", "2-0"}};
    EXPECT_EQ(said({{"time", "13:00:00"}}, with("qos normal|||||12:00:00|\n")),
              "`--time=13:00:00` is more than the QOS `normal` allows: 12:00:00 -> "
              "--time=12:00:00 would do\n");
    EXPECT_EQ(said({{"time", "13:00:00"}, {"qos", "long"}},
                   with("qos normal|||||12:00:00|\nqos long||||||\n")),
              "");
    // The flag lifts the partition's limit; if the job's QOS is unknown, it may have the flag.
    EXPECT_EQ(said(two_days, with("qos normal|PartitionTimeLimit||||3-0|\n")), "");
    EXPECT_EQ(said({{"time", "2-0"}, {"account", "none"}},
                   cluster + "setting AccountingStorageEnforce none\n"
                             "qos any|PartitionTimeLimit||||3-0|\n"),
              "");
    // A QOS replaces the limit of the account.
    EXPECT_EQ(said({{"time", "03:00:00"}, {"account", "chem"}}, with("qos normal|||||1-0|\n")), "");
    // The partition's own QOS comes first.
    auto own = with("qos part|||||01:00:00|\nqos normal|||||12:00:00|\n");
    own.replace(own.find("QoS=N/A"), 7, "QoS=part");
    EXPECT_EQ(said({{"time", "02:00:00"}}, own), "`--time=02:00:00` is more than the QOS `part` "
                                                 "allows: 01:00:00 -> --time=01:00:00 would do; "
                                                 "a job this long may run in gpu\n");
    // Limits that the cluster does not obey are none.
    EXPECT_EQ(said({{"time", "03:00:00"}, {"account", "chem"}},
                   cluster + "setting AccountingStorageEnforce associations\n"),
              "");
}

TEST(Preflight, KnowsNames) {
    expect_all({
        {{{"partition", "gpus"}},
         "the cluster has no partition `gpus`, did you mean `gpu`? -> it has cpu, gpu"},
        {{{"partition", "cpu, gpu"}}, ""},
        {{{"partition", "cpu,gup"}},
         "the cluster has no partition `gup`, did you mean `gpu`? -> it has cpu, gpu"},
        {{{"account", "phisics"}},
         "`--account=phisics` is not one of your accounts, did you mean `physics`? -> they are "
         "chem, physics"},
        {{{"account", "Physics"}}, ""},
        {{{"qos", "lnog"}},
         "your account may not use `--qos=lnog`, did you mean `long`? -> it may use long, normal"},
        {{{"qos", "long"}, {"account", "chem"}},
         "your account may not use `--qos=long` -> it may use normal"},
    });
    const auto loose = cluster + "setting AccountingStorageEnforce none\n";
    expect_all({{{{"account", "x"}}, ""}, {{{"qos", "x"}}, ""}}, loose);
}

TEST(Preflight, KnowsFeatures) {
    expect_all({
        {{{"constraint", "avx2&intel"}}, ""},
        {{{"constraint", "avx"}},
         "no node has the feature `avx`, did you mean `avx2`? -> there are a100, avx2, intel"},
        {{{"constraint", "intel|nosuch"}},
         "no node has the feature `nosuch` -> there are a100, avx2, intel"},
        {{{"constraint", "a100"}},
         "no node of the partition `cpu` has the feature `a100` -> nodes with it are in gpu"},
        {{{"constraint", "a100|intel"}}, ""},
        {{{"constraint", "[intel*2&avx2*1]"}}, ""},
        {{{"constraint", "a100"}, {"partition", "cpu,gpu"}}, ""},
    });
}

TEST(Preflight, KnowsGpus) {
    expect_all({
        {{{"gpus", "1"}}, "no node of the partition `cpu` has a GPU -> nodes with it are in gpu"},
        {{{"gpus", "a100:8"}, {"partition", "gpu"}}, ""},
        {{{"gpus", "a100:9"}, {"partition", "gpu"}},
         "`--gpus=a100:9` is more than the partition `gpu` has: 8 GPUs"},
        {{{"gpus-per-node", "6"}, {"partition", "gpu"}}, ""},
        {{{"gres", "gpu:a100:5"}, {"partition", "gpu"}},
         "`--gres=gpu:a100:5` is more than any node of the partition `gpu` has: 4 GPUs"},
        {{{"gres", "gpu:a10:1"}, {"partition", "gpu"}},
         "no node has a GPU `a10`, did you mean `a100`? -> there are a100, v100"},
        {{{"gres", "shard:1,craynetwork:1"}}, ""},
        {{{"gres", "gpu:a:b:c"}}, ""},
        {{{"gpus", "none"}, {"partition", "nosuch"}},
         "the cluster has no partition `nosuch` -> it has cpu, gpu"},
    });
}

TEST(Preflight, KnowsTheSizeOfNodes) {
    expect_all({
        {{{"cpus-per-task", "32"}}, ""},
        {{{"cpus-per-task", "33"}},
         "33 CPUs on a node: the partition `cpu` has 32 at most (--cpus-per-task=33) -> nodes with "
         "that many are in gpu"},
        {{{"ntasks", "33"}}, ""},
        {{{"reservation", "course"}, {"time", "2-0"}, {"ntasks-per-node", "64"}}, ""},
        {{{"ntasks", "33"}, {"nodes", "1"}},
         "33 CPUs on a node: the partition `cpu` has 32 at most (--ntasks=33 --nodes=1) -> nodes "
         "with that many are in gpu"},
        {{{"ntasks-per-node", "64"}, {"ntasks", "2"}}, ""},
        {{{"ntasks-per-node", "40"}, {"overcommit", std::nullopt}}, ""},
        {{{"mem", "125G"}}, ""},
        {{{"mem", "126G"}},
         "126G of memory on a node: the partition `cpu` has 125G at most (--mem=126G) -> nodes "
         "with "
         "that much are in gpu"},
        {{{"mem", "128500M"}},
         "128500M of memory on a node: the partition `cpu` has 128000M at most (--mem=128500M) -> "
         "nodes with that much are in gpu"},
        {{{"mem", "1T"}},
         "1T of memory on a node: the partition `cpu` has 125G at most (--mem=1T) -> --mem=125G "
         "would do"},
        {{{"mem", "0"}}, ""},
        {{{"mem-per-cpu", "8G"}, {"cpus-per-task", "16"}},
         "128G of memory on a node: the partition `cpu` has 125G at most (--mem-per-cpu=8G "
         "--cpus-per-task=16) -> nodes with that much are in gpu"},
    });
}

TEST(Preflight, CountsJobs) {
    EXPECT_EQ(said_of(Request{.tasks = 100, .jobs = 100}), "");
    EXPECT_EQ(said_of(Request{.tasks = 250, .jobs = 250}),
              "250 jobs at once: the account `physics` allows 100 -> --pack=3 makes "
              "fewer jobs of them\n");
    EXPECT_EQ(said_of(Request{.tasks = 250, .jobs = 84}), "");
    EXPECT_EQ(said_of(Request{.tasks = 250, .jobs = 250}, cluster + "qos normal||300||||\n"), "");
    EXPECT_EQ(said_of(Request{.tasks = 400, .jobs = 400}, cluster + "qos normal||300||||\n")
                  .substr(0, 37),
              "400 jobs at once: the QOS `normal` al");
}

// Without a partition a site's plugin may choose any; a login may set one; another attempt has
// options that are not known here.
TEST(Preflight, RefusesOnlyWhatNoPartitionCanDo) {
    for (const auto* setting : {"JobSubmitPlugins lua\n", "CliFilterPlugins cli_filter/lua\n"}) {
        const auto plugin = cluster + "setting " + setting;
        EXPECT_EQ(said({{"time", "2-0"}}, plugin), "");
        EXPECT_EQ(said({{"gpus", "1"}}, plugin), "");
        EXPECT_NE(said({{"mem", "2T"}}, plugin), "");
    }
    EXPECT_EQ(said({{"gpus", "1"}}, cluster + "preset PARTITION gpu\n"), "");
    EXPECT_NE(said({{"time", "9-0"}}, cluster + "preset PARTITION gpu\n"), "");
    const auto retry = [](const Options& options) {
        return said_of(Request{.sbatch = options, .is_whole = false, .jobs = 0});
    };
    EXPECT_EQ(retry({{"time", "2-0"}}), "");
    EXPECT_NE(retry({{"time", "8-0"}}), "");
    EXPECT_EQ(retry({{"mem", "400G"}}), "");
    EXPECT_NE(retry({{"partition", "gup"}}), "");
}

// Whatever the options: a cluster that tells nothing rules nothing out.
TEST(Preflight, WhatIsUnknownIsNoReason) {
    const Options all = {
        {"time", "99-0"},    {"partition", "x"}, {"account", "x"},          {"qos", "x"},
        {"constraint", "x"}, {"gpus", "x:99"},   {"cpus-per-task", "9999"}, {"mem", "99T"}};
    for (const std::string& limits : std::vector<std::string>{
             "", "silent nodes down\nsilent partition down\nsilent association none\n",
             "setting AccountingStorageEnforce limits\nsetting JobSubmitPlugins (null)\n"})
        EXPECT_EQ(said_of(Request{.sbatch = all, .tasks = 9999, .jobs = 9999}, limits), "")
            << limits;
    // Nodes of unknown size, and a partition without any yet.
    EXPECT_EQ(said({{"mem", "99T"}, {"cpus-per-task", "9999"}, {"gpus", "3"}},
                   "partition PartitionName=cloud Default=YES State=UP\n"
                   "setting JobSubmitPlugins (null)\n"),
              "");
    EXPECT_EQ(said({{"mem", "99T"}, {"cpus-per-task", "9999"}},
                   "nodes p*|1|idle|4+|1000+|x|(null)|(null)|a|\n"),
              "");
}

TEST(FeatureNames, AreWhatIsBetweenTheOperators) {
    using Names = std::vector<std::string>;
    EXPECT_EQ(feature_names("a&b|c,d"), (Names{"a", "b", "c", "d"}));
    EXPECT_EQ(feature_names("[g5.xlarge*2&b*1]"), (Names{"g5.xlarge", "b"}));
    EXPECT_EQ(feature_names("(a|b)&{c}"), (Names{"a", "b", "c"}));
    EXPECT_EQ(feature_names("a&!b"), (Names{"a", "b"}));
    EXPECT_EQ(feature_names(""), Names{});
    EXPECT_EQ(feature_names("*&|"), Names{});
}

} // namespace
} // namespace rdvc::submission
