// Trees of Git are read, changed and written as Git itself would.

#include "project/trees.hpp"

#include <gtest/gtest.h>

#include "support/expect_error.hpp"

namespace rdvc::project {
namespace {

using Texts = std::vector<std::string>;

// A name of an object that need not exist.
std::string hash_of(char digit) {
    return std::string(40, digit);
}

TreeEntry file(char digit) {
    return {"100644", hash_of(digit)};
}
TreeEntry folder(const Tree& tree) {
    return {"40000", object_hash("tree", tree_content(tree))};
}

// "MODE NAME", NUL, the name's bytes: of one digit only.
std::string record(const std::string& mode_and_name, char byte) {
    return mode_and_name + '\0' + std::string(20, byte);
}

TEST(ParseTree, ReadsEveryKindOfEntry) {
    const auto tree = parse_tree(record("100644 a b", '\x11') + record("100755 run", '\x22') +
                                 record("120000 link", '\x33') + record("40000 d", '\x44') +
                                 record("160000 sub", '\xff') + record("100644 \n\"\xff", '\0'));
    ASSERT_TRUE(tree);
    EXPECT_EQ(*tree, (Tree{{"a b", file('1')},
                           {"run", {"100755", hash_of('2')}},
                           {"link", {"120000", hash_of('3')}},
                           {"d", {"40000", hash_of('4')}},
                           {"sub", {"160000", hash_of('f')}},
                           {"\n\"\xff", file('0')}}));
    EXPECT_EQ(parse_tree(""), Tree{});
}

TEST(ParseTree, ReadsModesOfOldRepositoriesAsGitDoes) {
    EXPECT_EQ(
        parse_tree(record("100664 a", '\x11') + record("100775 b", '\x11') +
                   record("040000 d", '\x11')),
        (Tree{{"a", file('1')}, {"b", {"100755", hash_of('1')}}, {"d", {"40000", hash_of('1')}}}));
}

TEST(ParseTree, RefusesWhatIsNoTree) {
    const auto good = record("100644 a", '\x11');
    for (const auto& text : {std::string("x"), good.substr(0, good.size() - 1), good + "100644",
                             "100644" + std::string(1, '\0') + std::string(20, 'x'),
                             record(" a", '\x11'), record("10x644 a", '\x11')})
        EXPECT_FALSE(parse_tree(text)) << text;
}

TEST(TreeContent, SortsFoldersAsIfTheirNamesEndedInASlash) {
    const Tree tree = {{"a", {"40000", hash_of('1')}},
                       {"a-b", file('1')},
                       {"a.b", file('1')},
                       {"a0", file('1')},
                       {"\xff", file('1')},
                       {"B", file('1')}};
    EXPECT_EQ(tree_content(tree), record("100644 B", '\x11') + record("100644 a-b", '\x11') +
                                      record("100644 a.b", '\x11') + record("40000 a", '\x11') +
                                      record("100644 a0", '\x11') + record("100644 \xff", '\x11'));
}

TEST(TreeHash, IsGitsName) {
    EXPECT_EQ(object_hash("tree", ""),
              "4b825dc642cb6eb9a060e54bf8d69288fbee4904"); // the empty tree
}

TEST(FoldersAbove, HasAllOnTheWay) {
    EXPECT_EQ(folders_above({}), std::set<std::string>{""});
    EXPECT_EQ(folders_above({"a", "b/c/d", "b/e", "-/\n"}),
              (std::set<std::string>{"", "-", "b", "b/c"}));
}

// A root with files, one folder below another, and a third that nobody looks into.
struct Sample {
    Tree deep = {{"z", file('1')}};
    Tree one = {{"x", file('2')}, {"deep", folder(deep)}};
    Tree root = {
        {"a", file('3')}, {"b", file('4')}, {"one", folder(one)}, {"two", {"40000", hash_of('5')}}};
    std::map<std::string, Tree> folders = {{"", root}, {"one", one}, {"one/deep", deep}};
};

struct Edit {
    std::string title;
    Texts gone;
    TreePaths there;
    std::map<std::string, Tree> expected; // folders that differ; the root last of all
};

// The names of new objects, as `expected` has them.
void expect_trees(const Edit& one) {
    SCOPED_TRACE(one.title);
    const auto trees = change_trees(Sample().folders, one.gone, one.there);
    std::map<std::string, std::string> contents(trees.contents.begin(), trees.contents.end());
    std::map<std::string, std::string> expected;
    for (const auto& [path, tree] : one.expected)
        expected[object_hash("tree", tree_content(tree))] = tree_content(tree);
    EXPECT_EQ(contents, expected);
    EXPECT_EQ(trees.contents.size(), one.expected.size());
    EXPECT_EQ(trees.root, object_hash("tree", tree_content(one.expected.at(""))));
}

Tree with(Tree tree, const std::string& name, const TreeEntry& entry) {
    tree[name] = entry;
    return tree;
}

Tree without(Tree tree, const std::string& name) {
    tree.erase(name);
    return tree;
}

TEST(ChangeTrees, WritesTheFoldersThatDiffer) {
    const Sample s;
    const Tree x9 = {{"x", file('9')}};
    const auto deep9 = with(s.deep, "z", file('9'));
    const auto one9 = with(s.one, "deep", folder(deep9));
    const std::vector<Edit> cases = {
        {"nothing", {}, {}, {{"", s.root}}},
        {"the same", {"a"}, {{"a", file('3')}}, {{"", s.root}}},
        {"a file of the root", {"a"}, {{"a", file('9')}}, {{"", with(s.root, "a", file('9'))}}},
        {"a file below",
         {"one/deep/z"},
         {{"one/deep/z", file('9')}},
         {{"one/deep", deep9}, {"one", one9}, {"", with(s.root, "one", folder(one9))}}},
        {"gone", {"a"}, {}, {{"", without(s.root, "a")}}},
        {"gone that was never there", {"c", "a/b", "c/d"}, {}, {{"", s.root}}},
        {"the last of a folder",
         {"one/deep/z"},
         {},
         {{"one", without(s.one, "deep")},
          {"", with(s.root, "one", folder(without(s.one, "deep")))}}},
        {"the last of all folders above",
         {"one/deep/z", "one/x"},
         {},
         {{"", without(s.root, "one")}}},
        {"new, in new folders",
         {"new/er/x"},
         {{"new/er/x", file('9')}},
         {{"new/er", x9},
          {"new", {{"er", folder(x9)}}},
          {"", with(s.root, "new", folder({{"er", folder(x9)}}))}}},
        {"a file becomes a folder",
         {"a", "a/x"},
         {{"a/x", file('9')}},
         {{"a", x9}, {"", with(s.root, "a", folder(x9))}}},
        {"a file that nobody called gone becomes a folder",
         {},
         {{"a/x", file('9')}},
         {{"a", x9}, {"", with(s.root, "a", folder(x9))}}},
        {"a folder becomes a file",
         {"one", "one/x", "one/deep/z"},
         {{"one", file('9')}},
         {{"", with(s.root, "one", file('9'))}}},
        {"a folder of which nobody called the files gone becomes a file",
         {"one", "two"},
         {{"one", file('9')}, {"two", file('9')}},
         {{"", with(with(s.root, "one", file('9')), "two", file('9'))}}},
        {"a folder that becomes a submodule",
         {"one/x", "one/deep/z"},
         {{"one", {"160000", hash_of('9')}}},
         {{"", with(s.root, "one", {"160000", hash_of('9')})}}},
        {"a name that starts as a folder's",
         {},
         {{"one-x", file('9')}, {"one0", file('9')}},
         {{"", with(with(s.root, "one-x", file('9')), "one0", file('9'))}}},
    };
    for (const auto& one : cases)
        expect_trees(one);
}

TEST(ChangeTrees, LeavesNothingOfAnEmptyProject) {
    const auto trees = change_trees({{"", {{"a", file('1')}}}}, {"a"}, {});
    EXPECT_EQ(trees.root, object_hash("tree", ""));
    EXPECT_EQ(trees.contents.size(), 1U);
}

TEST(ChangeTrees, RefusesToLoseAFolderThatItWasNotGiven) {
    const auto sample = Sample();
    for (const std::string path : {"two/x", "two/deep/x"}) {
        EXPECT_FAILURE((change_trees(sample.folders, {path}, {}), 0), base::Exit::failed,
                       "error: git has not told what is in the folder `two`\n");
        EXPECT_FAILURE((change_trees(sample.folders, {}, {{path, file('1')}}), 0),
                       base::Exit::failed, "error: git has not told what is in the folder `two`\n");
    }
    EXPECT_FAILURE((change_trees({}, {"a"}, {}), 0), base::Exit::failed,
                   "error: git has not told what is in the folder ``\n");
}

} // namespace
} // namespace rdvc::project
