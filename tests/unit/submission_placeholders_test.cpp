#include "submission/placeholders.hpp"

#include <gtest/gtest.h>

#include "support/expect_error.hpp"
#include "support/hostile_pieces.hpp"

namespace rdvc::submission {
namespace {

using Words = std::vector<std::string>;

const std::vector<sweep::Setting> settings = {
    {"lr", "0.1"}, {"model.lr", "{lr}"}, {"a/params.yaml:x", ""}, {"odd key", "7"}};

std::string filled(const std::string& word) {
    return fill_in({word}, settings).at(0);
}

TEST(Placeholders, AreReplacedAnywhereInAWord) {
    EXPECT_EQ(filled("{lr}"), "0.1");
    EXPECT_EQ(filled("--lr={lr},{model.lr};{a/params.yaml:x}{odd key}"), "--lr=0.1,{lr};7");
    EXPECT_EQ(filled("{\"lr\": {lr}}"), "{\"lr\": 0.1}");
    EXPECT_EQ(filled("{\"opt\":{\"lr\":{lr}}}"), "{\"opt\":{\"lr\":0.1}}");
}

TEST(Placeholders, TwoBracesAreOne) {
    EXPECT_EQ(filled("{{lr}}"), "{lr}");
    EXPECT_EQ(filled("{{HOME}}/{{lr}}{lr}"), "{HOME}/{lr}0.1");
}

TEST(Placeholders, OtherBracesStay) {
    for (const auto* word :
         {"", "{", "}", "{}", "{{}}", "{{", "}}", "{1..5}", "{a,b}", "{print $1}",
          "{\"a\": {\"b\": 1}}", "{{ lr }}", "{ lr}", "${HOME}", "${lr}"})
        EXPECT_EQ(filled(word), word);
    for (const auto& word : tests::hostile_pieces())
        EXPECT_EQ(filled("x" + word), "x" + word);
}

TEST(Placeholders, AnUnknownOneIsRefused) {
    EXPECT_FAILURE(fill_in({"{model.lrr}"}, settings), base::Exit::usage,
                   "error: the command has `{model.lrr}`, and the sweep has no parameter "
                   "`model.lrr`, did you mean `model.lr`?\n  its parameters are: lr, model.lr, "
                   "a/params.yaml:x, odd key\n\nhint: for the text itself, write "
                   "{{model.lrr}}\n");
}

TEST(Placeholders, AreFound) {
    EXPECT_TRUE(mentions({"x", "a{lr}"}, "lr"));
    EXPECT_FALSE(mentions({"x", "{{lr}}", "{l}", "lr"}, "lr"));
}

} // namespace
} // namespace rdvc::submission
