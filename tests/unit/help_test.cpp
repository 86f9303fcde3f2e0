// A command's page as text for terminals of any width, and as a man page.

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "help/described.hpp"
#include "help/page.hpp"

namespace rdvc::help {
namespace {

const Page page = {
    .command = "env clear",
    .summary = "Waits for `jobs`.",
    .usage = {"[OPTIONS]", "--any"},
    .sections = {{"options",
                  {{'f', "--follow", "", "follow the log until the job ends"},
                   {0, "--exclusive", "[=user|mcs]", "do not share"},
                   {'n', "--name", "NAME", "a name"},
                   {'R', "", "", "all of them"}}},
                 {"options of sbatch", {{0, "--time", "TIME", "limit"}}, "as elsewhere"},
                 {.title = "refused",
                  .rows = {{0, "--queue", "", "why"}},
                  .for_completion = false}},
};

TEST(HelpText, HasTheUsageThenExamplesThenOptions) {
    EXPECT_EQ(as_text(page, 80), R"(usage: rdvc env clear [OPTIONS]
       rdvc env clear --any

Waits for `jobs`.

examples:
  rdvc env clear 3f2a   one
  rdvc env clear --all  all

options:
  -f, --follow                follow the log until the job ends
      --exclusive[=user|mcs]  do not share
  -n, --name=NAME             a name
  -R                          all of them

options of sbatch:
  as elsewhere

refused:
  --queue  why
)");
}

TEST(HelpText, GivesWayInANarrowTerminal) {
    for (const std::size_t width : {20U, 40U, 60U, 200U}) {
        const auto text = as_text(page, width);
        for (const auto& line : base::lines(text))
            EXPECT_TRUE(line.size() <= width || line.starts_with("  ") || line.starts_with("usage"))
                << width << ": " << line;
        for (const auto* word : {"follow", "--exclusive[=user|mcs]", "elsewhere", "3f2a"})
            EXPECT_NE(text.find(word), std::string::npos) << width << ": " << word;
    }
    EXPECT_NE(as_text(page, 20).find("  -f, --follow\n        follow the\n        log until\n"),
              std::string::npos)
        << as_text(page, 20);
}

TEST(ManPage, LeavesNothingForTroffToObey) {
    const Page odd = {.command = "",
                      .summary = ".TH is `no-request`. A \\path, 'quoted'.\n\nMore.",
                      .usage = {"COMMAND"},
                      .sections = {{"options", {{0, "--dry-run", "", ".it ~ costs ^"}}}}};
    EXPECT_EQ(as_man_page(odd, "1.0"), R"(.TH RDVC 1 "" "rdvc 1.0"
.SH "NAME"
rdvc \- \&.TH is no\-request
.SH "SYNOPSIS"
\fBrdvc\fR COMMAND
.SH "DESCRIPTION"
\&.TH is \fBno\-request\fR. A \epath, \(aqquoted\(aq.
.PP
More.
.SH "EXAMPLES"
.TP
\fBrdvc init global && rdvc init remote\fR
once: where your cluster is, and its folders
.TP
\fBrdvc run \-S lr=0.1\fR
an experiment on the cluster
.TP
\fBrdvc status\fR
how it is
.TP
\fBrdvc pull\fR
its result, for \fBdvc exp show\fR and \fBdvc exp apply\fR
.SH "OPTIONS"
.TP
\fB\-\-dry\-run\fR
\&.it \(ti costs \(ha
)");
    EXPECT_EQ(man_page_name("env list"), "rdvc-env-list");
    EXPECT_EQ(man_page_name(""), "rdvc");
}

TEST(Described, HasEachNameThatCanBeTyped) {
    EXPECT_EQ(described_text(described(page)), "-f\t\tfollow the log until the job ends\n"
                                               "--follow\t\tfollow the log until the job ends\n"
                                               "--exclusive\t[=user|mcs]\tdo not share\n"
                                               "-n\tNAME\ta name\n"
                                               "--name\tNAME\ta name\n"
                                               "-R\t\tall of them\n"
                                               "--time\tTIME\tlimit\n");
}

} // namespace
} // namespace rdvc::help
