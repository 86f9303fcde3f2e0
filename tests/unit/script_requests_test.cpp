// The requests' descriptions agree with their bash.

#include <filesystem>
#include <regex>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/process.hpp"
#include "base/text.hpp"
#include "script/embedded.hpp"
#include "script/render.hpp"
#include "script/requests.hpp"
#include "state/inventory.hpp"
#include "state/state.hpp"

namespace rdvc::script {
namespace {

namespace fs = std::filesystem;

std::string file_of(const Request& request) {
    return fmt::format("login/{}.sh", request.name);
}

// The comment at the beginning of a file.
std::string heading(std::string_view text) {
    std::string all;
    for (const auto& line : base::split(text, '\n')) {
        if (!line.starts_with("#"))
            break;
        all += line + "\n";
    }
    return all;
}

bool has_word(const std::string& text, std::string_view word) {
    return std::regex_search(text, std::regex(fmt::format("(^|[^a-z_]){}([^a-z_]|$)", word)));
}

// The first words that `finish`, `answer` and the like use in a text.
std::set<std::string> answered(const std::string& text, const std::string& functions) {
    const std::regex call(R"((?:^|[\s|&;{(])(?:)" + functions + R"() ([a-z][a-z_-]*))");
    std::set<std::string> words;
    for (auto i = std::sregex_iterator(text.begin(), text.end(), call); i != std::sregex_iterator();
         ++i)
        words.insert((*i)[1]);
    return words;
}

TEST(Requests, AreThoseThatTheClusterHas) {
    std::set<std::string> files;
    for (const auto& entry : fs::directory_iterator(fs::path(RDVC_SOURCE_FOLDER) / "cluster/login"))
        if (!entry.is_directory())
            files.insert(entry.path().stem().string());
    std::set<std::string> described;
    for (const auto& request : requests())
        described.insert(std::string(request.name));
    EXPECT_EQ(described, files);
}

TEST(Requests, TakeTheVariablesThatTheirFilesNameAndUse) {
    for (const auto& request : requests()) {
        auto said = heading(embedded(file_of(request)));
        said += heading(embedded("login/lib/cache.sh")); // which says its own
        const auto text = request_text(request.name).text;
        for (const auto& variables : {request.words, request.lists})
            for (const auto variable : variables) {
                EXPECT_TRUE(has_word(said, variable))
                    << request.name << " does not say " << variable;
                EXPECT_TRUE(has_word(text, variable))
                    << request.name << " does not use " << variable;
            }
    }
}

TEST(Requests, TellTheFilesWhoseContentCleanExpects) {
    const std::string text(embedded("login/clean.sh"));
    const auto from = text.find("find \"${places[@]}\" -maxdepth 4");
    const auto words = text.substr(from, text.find("\\)", from) - from);
    const std::regex name("-name ([a-z.]+)");
    std::set<std::string> told;
    for (auto i = std::sregex_iterator(words.begin(), words.end(), name);
         i != std::sregex_iterator(); ++i)
        told.insert((*i)[1]);
    EXPECT_EQ(told, state::told_files());
}

TEST(Requests, AnswerWhatIsDescribed) {
    for (const auto& request : requests()) {
        const auto own = embedded_without_comments(file_of(request));
        for (const auto& verb : answered(own, "answer|answer_lines|finish"))
            EXPECT_TRUE(may_answer(request, verb)) << request.name << " answers " << verb;
        const auto text = request_text(request.name).text;
        for (const auto verb : request.answers)
            EXPECT_TRUE(has_word(text, verb)) << request.name << " never answers " << verb;
    }
}

// An answer without one of the last words was cut off.
TEST(Requests, EndWithTheirLastWords) {
    for (const auto& request : requests()) {
        std::string text = embedded_without_comments(file_of(request));
        auto words = answered(text, "finish");
        for (const auto& word : words)
            EXPECT_TRUE(is_last_word(request.name, word)) << request.name << " ends with " << word;
        // Through the functions that every request carries: they send a job.
        if (request.again == Again::settled_by_claim)
            words.insert({"submitted", "unknown"});
        for (const auto word : request.last_words)
            EXPECT_TRUE(words.contains(std::string(word)))
                << request.name << " never ends with " << word;
    }
}

TEST(Requests, HaveOneCallOfTheirOwn) {
    for (const auto& request : requests()) {
        const auto [text, hash, call, name] = request_text(request.name);
        EXPECT_NE(text.find("\n" + base::trim(call) + "() {\n"), std::string::npos)
            << request.name << ": " << call;
    }
}

// Both sides know which phases may hold a result.
TEST(Names, HaveThePhasesOfTheLaptop) {
    base::ProcessRunner runner;
    const auto names = std::string(embedded("both/names.sh"));
    for (const std::string phase : {"", "start", "bashrc", "workspace", "environment", "experiment",
                                    "command", "output", "push", "publish", "restart", "end"}) {
        const auto said = runner.run(
            {.argv = {"bash", "-c", names + "may_hold_result \"$1\" && echo yes", "-", phase}});
        EXPECT_EQ(said.out == "yes\n", state::may_hold_result(phase)) << phase << said.err;
    }
}

} // namespace
} // namespace rdvc::script
