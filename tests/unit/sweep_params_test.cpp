#include "sweep/params.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "support/expect_error.hpp"

namespace rdvc::sweep {
namespace {

std::vector<std::string> read_rows(const std::string& text, const std::string& file) {
    std::vector<std::string> lines;
    for (const auto& row : rows_from_params(text, file))
        lines.push_back(row.place + " " + base::join(row.overrides, " "));
    return lines;
}

using Texts = std::vector<std::string>;

TEST(Params, OfCsvAreRowsWithTypes) {
    EXPECT_EQ(
        read_rows("lr,model.name,conf.yaml:flag\n1e-3,adam,true\n0.10,\"a,b\",null\n", "r.csv"),
        (Texts{"r.csv:2 lr=0.001 model.name=adam conf.yaml:flag=True",
               "r.csv:3 lr=0.1 model.name='a,b' conf.yaml:flag=null"}));
    // A byte order mark, CRLF, blanks, an empty line, quotes, a line end in quotes, no last line
    // end.
    EXPECT_EQ(
        read_rows("\xef\xbb\xbf a , \"b\"\r\n1, \"say \"\"hi\"\"\" \r\n\r\n2,\"x\ny\"\r\n3,\"\"",
                  "dir/r.CSV"),
        (Texts{"dir/r.CSV:2 a=1 b='say \"hi\"'", "dir/r.CSV:4 a=2 b='x\ny'",
               "dir/r.CSV:6 a=3 b=''"}));
    EXPECT_EQ(read_rows("a\r1\r2\r", "r.csv"), (Texts{"r.csv:2 a=1", "r.csv:3 a=2"}));
}

TEST(Params, OfCsvAreWhatFollowsTheKey) {
    const std::vector<std::pair<std::string, std::string>> cells = {
        {"\"[1,2]\"", "[1,2]"},
        {"\"{a:1,b:x}\"", "{a:1,b:x}"},
        {"'1'", "'1'"},
        {"größe", "'größe'"},
        {"it's", "'it\\'s'"},
        {"a b", "'a b'"},
        {"007", "007"},
        {"${x}", "'${x}'"},
        {"a:b", "'a:b'"},
        {"#", "'#'"},
        {"str(1)", "'1'"},
        {"-", "-"},
        {"1_000", "1000"},
        {"\"x)\"", "'x)'"},
        {"C:\\data\\", "'C:\\data\\\\'"},
    };
    for (const auto& [cell, value] : cells)
        EXPECT_EQ(read_rows("k\n" + cell + "\n", "r.csv"), (Texts{"r.csv:2 k=" + value})) << cell;
}

TEST(Params, OfJsonLinesKeepTypesAndDigits) {
    EXPECT_EQ(
        read_rows(
            "{\"lr\": 1e-3, \"m\": {\"n\": {\"o\": \"adam\"}, \"p\": {}}}\n\n"
            "{\"m\": {\"p\": [1, \"x y\", {\"z\": null}], \"n\": {\"o\": \"\\ud83d\\ude00\"}},"
            " \"lr\": 12345678901234567890123}\r\n",
            "r.jsonl"),
        (Texts{"r.jsonl:1 lr=0.001 m.n.o=adam m.p={}",
               "r.jsonl:3 lr=12345678901234567890123 m.n.o='😀' m.p=[1,'x y',{z:null}]"}));
    EXPECT_EQ(read_rows("{\"a\": \"1\", \"b\": \"true\", \"c\": \"\", \"d\": 1.0, \"e\": false, "
                        "\"f\": \"a,b\"}",
                        "r.ndjson"),
              (Texts{"r.ndjson:1 a='1' b='true' c='' d=1.0 e=False f='a,b'"}));
}

TEST(Params, OfYamlAreReadAsDvcReadsYaml) {
    EXPECT_EQ(
        read_rows("# runs\n---\n- {lr: 1e-3, opt: adam}\n- lr: '1e-3'\n  opt: null\n", "r.yaml"),
        (Texts{"r.yaml:3 lr=0.001 opt=adam", "r.yaml:4 lr='1e-3' opt=null"}));
    EXPECT_EQ(
        read_rows(
            "- {a: yes, b: True, c: ~, d: 012, e: 0x1f, f: .inf, g: 1.50, h: !!str 1, i: 1.2.3, "
            "j: 2024-01-01, k: -1_0, l: }\n",
            "r.yml"),
        (Texts{"r.yml:1 a=yes b=True c=null d=12 e=31 f=inf g=1.5 h='1' i=1.2.3 j=2024-01-01 "
               "k=-10 l=null"}));
    EXPECT_EQ(read_rows("- &base\n  a: {b: 1}\n- *base\n", "r.yaml"),
              (Texts{"r.yaml:1 a.b=1", "r.yaml:1 a.b=1"}));
    EXPECT_EQ(read_rows("[{\"a\":1,\"b\":\"x\"},\n {\"b\":\"y\",\"a\":2}]", "r.json"),
              (Texts{"r.json:1 a=1 b=x", "r.json:2 a=2 b=y"}));
}

TEST(Params, SayWhatIsWrongAndWhere) {
    struct Case {
        std::string file;
        std::string text;
        std::string message;
    };
    const std::vector<Case> cases = {
        {"r.csv", "a,b\n1,2\n3\n", "3: 1 cell instead of 2"},
        {"r.csv", "a,b\n1,2,3\n", "2: 3 cells instead of 2"},
        {"r.csv", "a,b\n1,\n",
         "2: the cell of `b` is empty\n\nhint: write \"\" for an empty text, or null"},
        {"r.csv", "a,b\n1,\"x\ny\n", "2: a quote that begins here is not closed"},
        {"r.csv", "a,b\n1,\"x\" y\n", "2: expected `,` after a closing quote"},
        {"r.csv", "a\nx\"y\n",
         "2: a quote inside a cell that does not begin with one\n\nhint: put the cell into quotes "
         "and "
         "write the quote twice"},
        {"r.csv", "a\nrange(3)\n", "2: the cell of `a` is a sweep, but a row is one experiment"},
        {"r.csv", "a;b\n1;2\n",
         "1: `a;b` is no parameter\n\nhint: columns are separated by commas"},
        {"r.csv", "a,a\n1,2\n", "2: `a` is given twice"},
        {"r.csv", "a,\n1,2\n", "2: `` is no parameter"},
        {"r.csv", "a[0]\n1\n", "2: `a[0]` is no parameter"},
        {"r.csv", "~a\n1\n", "2: `~a` is no parameter"},
        {"r.csv", "", "1: the file has no rows"},
        {"r.csv", "a,b\n", "1: the file has no rows"},
        {"r.csv",
         "a\ngr\xf6\xdf"
         "e\n",
         "2: the text is not UTF-8\n\nhint: convert it: iconv -f ENCODING -t UTF-8; spreadsheets "
         "can save "
         "as UTF-8"},
        {"r.csv", std::string("a\0\n\0", 4),
         "1: the text is not UTF-8\n\nhint: convert it: iconv -f ENCODING -t UTF-8; spreadsheets "
         "can save "
         "as UTF-8"},
        {"r.jsonl", "{\"a\": 1}\n{\"a\": 2", "2: the row ends too early"},
        {"r.jsonl", "{\"a\": x}", "1: column 7: this is not JSON"},
        {"r.jsonl", "{\"a\": 1}\n{\"b\": 1}", "2: `b` is not in the first row, line 1"},
        {"r.jsonl", "{\"a\": 1, \"b\": 2}\n\n{\"b\": 1}",
         "3: `a` is missing, which the first row has, line 1"},
        {"r.jsonl", "{\"a\": 1, \"a\": 2}", "1: `a` is given twice"},
        {"r.jsonl", "{\"a\": {\"b\": 1}, \"a.b\": 2}", "1: `a.b` is given twice"},
        {"r.jsonl", "[1]", "1: expected an object: {\"KEY\": VALUE, ...}"},
        {"r.jsonl", "{}", "1: the row has no parameters"},
        {"r.jsonl", "{\"a\": [{\"1\": 2}]}",
         "1: the value of `a` cannot be written in Hydra's grammar"},
        {"r.yaml", "a: 1\n", "1: expected a list of maps: `- {KEY: VALUE, ...}`"},
        {"r.yaml", "- {a: 1}\n- 2\n", "2: expected a map: `- {KEY: VALUE, ...}`"},
        {"r.yaml", "- a: 1\n  a: 2\n", "2: `a` is given twice"},
        {"r.yaml", "- {a: 1\n- b", "2: this is not valid YAML: end of map flow not found"},
        {"r.yaml", "- a: !env X\n", "1: the tag `!env` is not supported"},
        {"r.yaml", "- <<: {a: 1}\n", "1: `<<.a` is no parameter"},
        {"r.yaml", "- ? [1]\n  : 2\n", "1: a key must be a word"},
        {"r.yaml", "- {a: 1}\n---\n- {a: 2}\n", "2: a second document; expected one"},
    };
    for (const auto& [file, text, message] : cases)
        EXPECT_FAILURE(rows_from_params(text, file), base::Exit::usage,
                       "error: " + file + ":" + message + "\n");
    EXPECT_FAILURE(rows_from_params("", "runs.txt"), base::Exit::usage,
                   "error: `--params runs.txt`: the file's name does not say its format\n"
                   "  it must end in .csv, .jsonl, .ndjson, .yaml, .yml or .json\n");
}

// Aliases of aliases.
TEST(Params, EndAtAYamlBomb) {
    std::string text = "- a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; ++i) {
        const auto last = "*a" + std::to_string(i - 1);
        text += "  a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" +
                base::join(std::vector<std::string>(10, last), ", ") + "]\n";
    }
    const auto failure = tests::failure_of([&] { return rows_from_params(text, "r.yaml"); });
    EXPECT_EQ(failure.message, "error: r.yaml:1: a value is too large\n");
}

} // namespace
} // namespace rdvc::sweep
