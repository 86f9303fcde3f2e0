#include "submission/arguments.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "slurm/options.hpp"
#include "submission/dvc_options.hpp"
#include "support/expect_error.hpp"

namespace rdvc::submission {
namespace {

using base::Exit;
using Words = std::vector<std::string>;

RunArguments parse(const Words& words) {
    return parse_run_arguments(words);
}

// --- The tables ---

TEST(DvcOptions, AreEachThereOnce) {
    std::set<std::string> names;
    std::set<char> letters;
    for (const auto& option : dvc_options()) {
        EXPECT_TRUE(names.insert(std::string(option.name)).second) << option.name;
        if (option.letter != 0) {
            EXPECT_TRUE(letters.insert(option.letter).second) << option.letter;
        }
        EXPECT_FALSE(option.text.empty()) << option.name;
    }
}

// An option of both programs would be ambiguous; the three that both have belong to rdvc.
TEST(DvcOptions, ClashWithNoOptionOfSbatchOrOurs) {
    for (const auto& option : dvc_options()) {
        const auto* of_sbatch = slurm::find_option(option.name);
        if (of_sbatch != nullptr) {
            EXPECT_FALSE(of_sbatch->refusal.empty()) << option.name;
            EXPECT_EQ(static_cast<int>(option.role), static_cast<int>(Role::own)) << option.name;
        }
        for (const auto& own : own_options())
            EXPECT_NE(own.name, option.name);
    }
    for (const auto& own : own_options()) {
        const auto* of_sbatch = slurm::find_option(own.name);
        // The value tells which `--exclude` is meant (ExcludeIsOfASweepOrOfSbatch).
        EXPECT_TRUE(of_sbatch == nullptr || !of_sbatch->refusal.empty() || own.name == "exclude")
            << own.name;
    }
}

// --- What goes to dvc ---

// Words for argparse with attached values apart: `-Sx` and `-S x` are the same to it.
Words canonical(const Words& words) {
    Words result;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == "--") {
            result.insert(result.end(), words.begin() + static_cast<std::ptrdiff_t>(i),
                          words.end());
            break;
        }
        const bool is_short = words[i].size() > 2 && words[i][0] == '-' && words[i][1] != '-';
        const auto row =
            std::find_if(dvc_options().begin(), dvc_options().end(), [&](const DvcOption& option) {
                return is_short && option.letter == words[i][1];
            });
        if (row != dvc_options().end() && !row->metavar.empty()) {
            const auto value = words[i].substr(2);
            result.push_back(words[i].substr(0, 2));
            result.push_back(value.starts_with("=") ? value.substr(1) : value);
        } else {
            result.push_back(words[i]);
        }
    }
    return result;
}

TEST(ParseRunArguments, HandsDvcsWordsOnAsTyped) {
    const std::vector<std::pair<Words, Words>> cases = {
        {{}, {}},
        {{"train"}, {"train"}},
        {{"train", "dvc.yaml:eval", ""}, {"train", "dvc.yaml:eval", ""}},
        {{"-S", "lr=0.1"}, {"-S", "lr=0.1"}},
        {{"-Slr=0.1"}, {"-S", "lr=0.1"}},
        {{"-S=lr=0.1"}, {"-S", "lr=0.1"}},
        {{"--set-param", "lr=0.1"}, {"--set-param", "lr=0.1"}},
        {{"--set-param=lr=0.1"}, {"--set-param=lr=0.1"}},
        {{"-S", "a=1", "-S", "b=2", "train"}, {"-S", "a=1", "-S", "b=2", "train"}},
        {{"-f"}, {"-f"}},
        {{"-fS", "a=b"}, {"-f", "-S", "a=b"}},
        {{"-fSa=b"}, {"-f", "-S", "a=b"}},
        {{"-fks"}, {"-f", "-k", "-s"}},
        {{"--force", "--downstream"}, {"--force", "--downstream"}},
        {{"-m", "two words"}, {"-m", "two words"}},
        {{"-m", ""}, {"-m", ""}},
        {{"--message="}, {"--message="}},
        {{"-S", "x=-1"}, {"-S", "x=-1"}},
        {{"-m", "-1.5"}, {"-m", "-1.5"}},         // a number is a value, as in argparse
        {{"-m", "- a list"}, {"-m", "- a list"}}, // and so is what has a blank
        {{"-m", "-"}, {"-m", "-"}},
        {{"-"}, {"-"}},
        {{"--", "-n", "--partition=x"}, {"--", "-n", "--partition=x"}},
        {{"train", "--", "--", "-x"}, {"train", "--", "--", "-x"}},
        {{"-S", "p=$(rm -rf /) `x` 'y' \"z\" \\ *\n\xff"},
         {"-S", "p=$(rm -rf /) `x` 'y' \"z\" \\ *\n\xff"}},
        {{"--no-hydra", "-R", "-p", "-P"}, {"--no-hydra", "-R", "-p", "-P"}},
        {{"--allow-missing"}, {"--allow-missing"}},
    };
    for (const auto& [words, dvc] : cases) {
        const auto arguments = parse(words);
        EXPECT_EQ(canonical(arguments.dvc), dvc) << base::join(words, " ");
        EXPECT_TRUE(arguments.sbatch.empty()) << base::join(words, " ");
    }
}

// Apart from its option, such a value would look like an option to argparse in the job.
TEST(ParseRunArguments, KeepsAnAttachedValueThatStartsWithADash) {
    for (const Words& words :
         {Words{"-m-wip"}, Words{"-m--"}, Words{"-fm-wip"}, Words{"-m=-wip"}}) {
        const auto dvc = parse(words).dvc;
        ASSERT_FALSE(dvc.empty());
        EXPECT_TRUE(dvc.back().starts_with("-m") && dvc.back().size() > 2)
            << base::join(words, " ") << " became " << base::join(dvc, " ");
    }
}

TEST(ParseRunArguments, TakesTheName) {
    for (const Words& words :
         {Words{"-n", "first"}, Words{"-nfirst"}, Words{"-n=first"}, Words{"--name", "first"},
          Words{"--name=first"}, Words{"-fn", "first"}, Words{"-n", "other", "-n", "first"}}) {
        const auto arguments = parse(words);
        EXPECT_EQ(arguments.name, "first") << base::join(words, " ");
        EXPECT_EQ(std::count(arguments.dvc.begin(), arguments.dvc.end(), "first"), 0);
    }
    EXPECT_EQ(parse({}).name, std::nullopt);
    EXPECT_FALSE(parse({}).force);
    EXPECT_TRUE(parse({"-f"}).force);
    EXPECT_TRUE(parse({"--force"}).force);
    EXPECT_FALSE(parse({"--", "-f"}).force);
}

TEST(ParseRunArguments, TakesOurOwnOptions) {
    const auto arguments = parse({"--instance", "g5", "--cluster=gpu", "--code", "origin",
                                  "--no-pull", "--dry-run", "--json", "-qv", "-h"});
    EXPECT_EQ(arguments.instance, "g5");
    EXPECT_EQ(arguments.cluster, "gpu");
    EXPECT_EQ(arguments.code, "origin");
    EXPECT_EQ(arguments.pull, false);
    EXPECT_TRUE(arguments.dry_run && arguments.json && arguments.quiet && arguments.verbose &&
                arguments.help);
    EXPECT_TRUE(arguments.dvc.empty());
    EXPECT_EQ(parse({"--pull"}).pull, true);
    EXPECT_EQ(parse({}).pull, std::nullopt);
}

// What travels: these words are paths, and none of them reaches dvc.
TEST(ParseRunArguments, TakesOptionsOfWhatTravels) {
    const auto arguments = parse({"-C", "data", "-Cmore data", "-C=third", "--copy-paths", "fourth",
                                  "-fC", "fifth", "--copy-paths=-sixth", "--include", ".env",
                                  "--include=key.pem", "--only-committed", "--fresh-env", "train"});
    EXPECT_EQ(arguments.copy_paths,
              Words({"data", "more data", "third", "fourth", "fifth", "-sixth"}));
    EXPECT_EQ(arguments.include, Words({".env", "key.pem"}));
    EXPECT_TRUE(arguments.only_committed);
    EXPECT_TRUE(arguments.fresh_env);
    EXPECT_TRUE(arguments.force);
    EXPECT_EQ(arguments.dvc, Words({"-f", "train"}));
    const auto none = parse({"train", "--", "-C", "x", "--include=y", "--only-committed"});
    EXPECT_EQ(none.copy_paths, Words{});
    EXPECT_EQ(none.include, Words{});
    EXPECT_FALSE(none.only_committed);
    EXPECT_FALSE(none.fresh_env);
}

TEST(ParseRunArguments, TakesOptionsOfSbatch) {
    const auto arguments =
        parse({"--partition=gpu", "--time", "1:00:00", "--exclusive", "--exclusive=user", "--hold",
               "--comment=", "--sbatch=new-option=x", "--sbatch=--another", "--sbatch=mem=4G",
               "--nice=-5"});
    const std::vector<SbatchOption> expected = {
        {"partition", "gpu"},  {"time", "1:00:00"},       {"exclusive", std::nullopt},
        {"exclusive", "user"}, {"hold", std::nullopt},    {"comment", ""},
        {"new-option", "x"},   {"another", std::nullopt}, {"mem", "4G"},
        {"nice", "-5"}};
    EXPECT_EQ(arguments.sbatch, expected);
    EXPECT_TRUE(arguments.dvc.empty());
}

// An optional value is attached by `=`; the next word is a target.
TEST(ParseRunArguments, TakesNoWordForAnOptionalValue) {
    const auto arguments = parse({"--exclusive", "train"});
    EXPECT_EQ(arguments.sbatch, std::vector<SbatchOption>({{"exclusive", std::nullopt}}));
    EXPECT_EQ(arguments.dvc, Words({"train"}));
}

// --- What is refused ---

TEST(ParseRunArguments, RefusesWithTheReason) {
    const std::vector<std::pair<Words, std::string>> cases = {
        // unknown
        {{"--partion=x"},
         "error: neither sbatch nor `dvc exp run` has an option `--partion`, did you "
         "mean `--partition`?\n\nhint: use `--sbatch=OPTION[=VALUE]` for options of sbatch that "
         "are newer than this rdvc\n"},
        {{"--elephant"},
         "error: neither sbatch nor `dvc exp run` has an option `--elephant`\n\nhint: "
         "use `--sbatch=OPTION[=VALUE]` for options of sbatch that are newer than this rdvc\n"},
        {{"-x"},
         "error: `dvc exp run` has no option `-x`\n\nhint: short options are DVC's; sbatch's are "
         "written in full: `--exclude`\n"},
        {{"-fZ"}, "error: `dvc exp run` has no option `-Z`\n"},
        {{"-t", "1:00:00"},
         "error: `dvc exp run` has no option `-t`\n\nhint: short options are DVC's; "
         "sbatch's are written in full: `--time`\n"},
        // abbreviated
        {{"--nam", "x"},
         "error: `--nam` is abbreviated\n\nhint: write `--name-by` or `--name` in full\n"},
        {{"--set-p", "a=1"},
         "error: `--set-p` is abbreviated\n\nhint: write `--set-param` in full\n"},
        {{"--cpus-per"},
         "error: `--cpus-per` is abbreviated\n\nhint: write `--cpus-per-gpu` or "
         "`--cpus-per-task` in full\n"},
        {{"--forc"},
         "error: `--forc` is abbreviated\n\nhint: write `--force` or `--force-downstream` in "
         "full\n"},
        // owned and refused
        {{"--output=x"},
         "error: `--output` cannot be given: the log is in the submission's folder; see `rdvc "
         "logs`\n"},
        {{"--sbatch=output=x"},
         "error: `--output` cannot be given: the log is in the submission's folder; see `rdvc "
         "logs`\n"},
        {{"--sbatch=--wait"},
         "error: `--wait` cannot be given: use `rdvc wait`, which survives a "
         "lost connection\n"},
        {{"--array=1-3"},
         "error: `--array` cannot be given: rdvc makes one for a sweep: `-S KEY=A,B,C`\n"},
        {{"--queue"},
         "error: `--queue` cannot be given: SLURM is the queue; run each experiment with "
         "`rdvc run`\n"},
        {{"--run-all"}, "error: `--run-all` cannot be given: a job has no DVC queue\n"},
        {{"-j", "4"},
         "error: `-j` cannot be given: SLURM runs experiments in parallel; run each with "
         "`rdvc run`\n"},
        {{"--jobs=4"},
         "error: `--jobs` cannot be given: SLURM runs experiments in parallel; run each "
         "with `rdvc run`\n"},
        {{"--temp"},
         "error: `--temp` cannot be given: every job works in a folder of its own already\n"},
        {{"-i"}, "error: `-i` cannot be given: in a job nobody can answer\n"},
        {{"-fi"}, "error: `-i` cannot be given: in a job nobody can answer\n"},
        {{"--dry"},
         "error: `--dry` cannot be given: nothing would run; `--dry-run` shows what rdvc would "
         "submit\n"},
        // values
        {{"-n"}, "error: `-n` needs a value\n"},
        {{"-C"}, "error: `-C` needs a value\n"},
        {{"-C", "--hold"}, "error: `-C` needs a value\n"},
        {{"--copy-paths"}, "error: `--copy-paths` needs a value\n"},
        {{"--include"}, "error: `--include` needs a value\n"},
        {{"--only-committed=1"}, "error: `--only-committed` takes no value\n"},
        {{"--fresh-env=1"}, "error: `--fresh-env` takes no value\n"},
        {{"-S"}, "error: `-S` needs a value\n"},
        {{"-S", "-f"}, "error: `-S` needs a value\n"},
        {{"--set-param", "--force"}, "error: `--set-param` needs a value\n"},
        {{"--partition"}, "error: `--partition` needs a value\n"},
        {{"--partition", "--hold"}, "error: `--partition` needs a value\n"},
        {{"--instance"}, "error: `--instance` needs a value\n"},
        {{"--hold=1"}, "error: `--hold` takes no value\n"},
        {{"--force=1"}, "error: `--force` takes no value\n"},
        {{"--dry-run=1"}, "error: `--dry-run` takes no value\n"},
        {{"--sbatch="},
         "error: `--sbatch=` names no option\n\nhint: write the long form, e.g. "
         "`--sbatch=partition=gpu`\n"},
        {{"--sbatch=a b"},
         "error: `--sbatch=a b` names no option\n\nhint: write the long form, e.g. "
         "`--sbatch=partition=gpu`\n"},
        {{"-S", "lr"},
         "error: `-S lr` has no value\n  write KEY=VALUE, or FILE:KEY=VALUE for a file other than "
         "params.yaml\n"},
        // sweeps
        {{"--array-limit=4", "-S", "lr=0.1"},
         "error: `--array-limit` is for sweeps\n\nhint: list the values of a parameter: -S "
         "KEY=A,B,C\n"},
        {{"--zip=a,b", "-S", "a=1"},
         "error: `--zip` is for sweeps\n\nhint: list the values of a parameter: -S KEY=A,B,C\n"},
        {{"--params=a.csv", "--params=b.csv"}, "error: `--params` is given twice\n"},
        {{"--repeat=", "-S", "a=1"}, "error: `--repeat` is empty\n"},
        {{"--pack=0", "-S", "lr=0.1,0.2"}, "error: `--pack` is `0`; it must be a number from 1\n"},
        {{"--warmup"},
         "error: `--warmup` is for sweeps\n\nhint: list the values of a parameter: -S KEY=A,B,C\n"},
        {{"--name-by=x", "-S", "lr=0.1,0.2"},
         "error: `--name-by` is `x`; it can be numbers or values\n"},
        {{"--array-limit=0", "-S", "lr=0.1,0.2"},
         "error: `--array-limit` is `0`; it must be a number from 1\n"},
        {{"--array-limit=all", "-S", "lr=0.1,0.2"},
         "error: `--array-limit` is `all`; it must be a number from 1\n"},
    };
    for (const auto& [words, message] : cases)
        EXPECT_FAILURE(parse(words), Exit::usage, message);
}

// Every option that is refused or owned says why.
TEST(ParseRunArguments, RefusesEveryOptionThatTheTablesRefuse) {
    for (const auto& option : dvc_options()) {
        if (option.role != Role::refuse)
            continue;
        const auto word = "--" + std::string(option.name) + (option.metavar.empty() ? "" : "=x");
        EXPECT_EQ(tests::failure_of([&] { return parse({word}); }).code, Exit::usage) << word;
    }
    for (const auto& option : slurm::options()) {
        const auto is_it = [&](const auto& other) { return other.name == option.name; };
        const bool shared = std::any_of(dvc_options().begin(), dvc_options().end(), is_it) ||
                            std::any_of(own_options().begin(), own_options().end(), is_it);
        if (option.refusal.empty() || shared)
            continue;
        const auto word = "--" + std::string(option.name);
        const auto failure = tests::failure_of([&] { return parse({word}); });
        EXPECT_EQ(failure.message,
                  "error: `" + word + "` cannot be given: " + std::string(option.refusal) + "\n");
    }
}

// As in argparse: `-1` and `-.5` are numbers, a word with a blank is not an option, everything else
// is one.
TEST(ParseRunArguments, TakesOnlyNumbersAndBlanksBehindADash) {
    for (const std::string word : {"--", "-.", "-5-", "--5", "-1.5e3", "-x", "-1.2.3"})
        for (const std::string option : {"-n", "-S", "--message", "--partition"})
            EXPECT_FAILURE(parse({option, word}), Exit::usage,
                           "error: `" + option + "` needs a value\n");
    for (const std::string word : {"-", "-1", "-.5", "-1.5", "-12", "- x", "--x y"})
        EXPECT_EQ(parse({"--message", word}).dvc, Words({"--message", word}));
}

// sbatch would read these as options that rdvc owns: getopt_long accepts abbreviations.
TEST(ParseRunArguments, RefusesAnAbbreviationOfAnOwnedOptionThroughSbatch) {
    for (const auto* option : {"outpu=/x", "arra=1-3", "wai", "chdi=/"})
        EXPECT_EQ(
            tests::failure_of([&] { return parse({std::string("--sbatch=") + option}); }).code,
            Exit::usage)
            << option;
}

// With names of nodes it is sbatch's.
TEST(RunArguments, ExcludeIsOfASweepOrOfSbatch) {
    const auto nodes = parse_run_arguments({"--exclude", "node1,node2", "--exclude=node[3-4]"});
    ASSERT_EQ(nodes.sbatch.size(), 2U);
    EXPECT_EQ(nodes.sbatch[1].second, "node[3-4]");
    const auto values = parse_run_arguments({"--exclude", "lr=1", "-S", "lr=1,2"});
    EXPECT_TRUE(values.sbatch.empty());
    EXPECT_EQ(values.exclude, std::vector<std::string>({"lr=1"}));
}

TEST(RunArguments, ZipTakesKeysOnlyInTheSameWord) {
    using Groups = std::vector<std::vector<std::string>>;
    const auto all = parse_run_arguments({"--zip", "-S", "a=1,2"});
    EXPECT_EQ(all.zip, Groups({{}}));
    const auto some = parse_run_arguments({"--zip=a,b", "--zip=c,d", "train", "-S", "a=1,2"});
    EXPECT_EQ(some.zip, Groups({{"a", "b"}, {"c", "d"}}));
    EXPECT_EQ(some.targets, std::vector<std::string>({"train"}));
}

} // namespace
} // namespace rdvc::submission
