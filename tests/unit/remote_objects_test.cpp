// Objects between this laptop and a cluster, whose own bash answers.

#include <algorithm>

#include <gtest/gtest.h>

#include "base/md5.hpp"
#include "base/text.hpp"
#include "remote/objects.hpp"
#include "support/demo_project.hpp"
#include "support/expect_error.hpp"
#include "support/local_cluster.hpp"

namespace rdvc::remote {
namespace {

namespace fs = std::filesystem;
using tests::content_of;
using tests::put_file;

class Objects : public ::testing::Test {
  protected:
    static std::string name_of(const std::string& content) {
        const auto hash = base::md5(content);
        return "files/md5/" + hash.substr(0, 2) + "/" + hash.substr(2);
    }
    // An object that is there.
    Object object(const std::string& content) const {
        const auto name = name_of(content);
        put_file(there() / name, content);
        return {name, content.substr(0, 9), content.size(), {}};
    }
    // An object that is here.
    Object source(const std::string& content) const {
        const auto name = name_of(content);
        put_file(here() / name, content);
        return {name, content.substr(0, 9), content.size(), here() / name};
    }
    [[nodiscard]] fs::path here() const { return folder_ / "cache"; }
    [[nodiscard]] fs::path incoming() const { return here() / "rdvc-incoming"; }
    [[nodiscard]] fs::path there() const { return machine_.rdvc() / "cache"; }

    // The actions of the requests that were made.
    [[nodiscard]] std::vector<std::string> actions() const {
        std::vector<std::string> all;
        for (const auto& program : machine_.programs)
            all.push_back(tests::assigned(program, "action"));
        return all;
    }

    static std::string message_of(const std::function<void()>& act) {
        return tests::failure_of([&] {
                   act();
                   return 0;
               })
            .message;
    }

    tests::Folder folder_;
    base::ProcessRunner processes_;
    tests::LocalCluster machine_{processes_, folder_ / "machine", folder_ / "programs"};
    world::Console console_{false, false, true};
    world::World world_{machine_, console_, folder_.path(),
                        [this](const std::string& name) -> std::optional<std::string> {
                            return name == "HOME" ? std::optional(folder_.path().string())
                                   : name == "RDVC_CLUSTER_HOST"
                                       ? std::optional<std::string>("local")
                                       : std::nullopt;
                        }};
    config::Config config_ = open_user_config(world_, "");
    Cluster cluster_{world_, config_};
    Transfer transfer_{world_, config_, cluster_};
};

TEST_F(Objects, ComeAndAreReadOnly) {
    std::vector<Object> all;
    for (int i = 0; i < 50; ++i)
        all.push_back(object("content " + std::to_string(i)));
    for (const auto size : {0U, 511U, 512U, 200'000U})
        all.push_back(object(std::string(size, 'x')));
    const Object absent{name_of("nowhere"), "nowhere", std::nullopt, {}};
    all.push_back(absent);
    all.push_back(all.front());
    const auto lacking = transfer_.bring(all, here());
    ASSERT_EQ(lacking.size(), 1U);
    EXPECT_EQ(lacking.front().name, absent.name);
    for (const auto& one : all)
        if (one.name != absent.name) {
            EXPECT_EQ(content_of(here() / one.name), content_of(there() / one.name));
            EXPECT_EQ(tests::mode_of(here() / one.name), 0444U);
        }
    EXPECT_FALSE(fs::exists(incoming()));
    transfer_.refuse_damaged();
    machine_.programs.clear();
    transfer_.bring({all.front()}, here());
    EXPECT_TRUE(machine_.programs.empty()) << "nothing is asked about what is here";
}

TEST_F(Objects, AreNotAcceptedDamaged) {
    const auto good = object("good");
    const auto bad = object("wrong");
    put_file(there() / bad.name, "Wrong");
    EXPECT_TRUE(transfer_.bring({bad, good}, here()).empty());
    EXPECT_TRUE(fs::exists(here() / good.name));
    EXPECT_FALSE(fs::exists(here() / bad.name));
    EXPECT_FALSE(fs::exists(incoming()));
    const auto error = message_of([&] { transfer_.refuse_damaged(); });
    EXPECT_NE(error.find("wrong  (" + (there() / bad.name).string() + ")"), std::string::npos)
        << error;
}

TEST_F(Objects, OfDvc2MayHaveOtherLineEnds) {
    const auto hash = base::md5("one\ntwo\n");
    const auto name = hash.substr(0, 2) + "/" + hash.substr(2);
    put_file(there() / name, "one\r\ntwo\r\n");
    EXPECT_TRUE(transfer_.bring({{name, "text", std::nullopt, {}}}, here()).empty());
    EXPECT_EQ(content_of(here() / name), "one\r\ntwo\r\n");
    transfer_.refuse_damaged();
}

// What an interrupted transfer has left of an object: the bytes, and what becomes of them.
TEST_F(Objects, ContinueWhereAnInterruptedPullStopped) {
    const std::string content(3'000'000, 'c');
    const auto all = object(content);
    auto left = all.name;
    std::replace(left.begin(), left.end(), '/', '-');
    struct Case {
        std::string bytes;
        std::vector<std::string> actions;
    };
    for (const auto& [bytes, actions] : std::vector<Case>{
             {content.substr(0, 2'000'000), {"rest"}},
             {content, {"rest"}},
             {content.substr(0, 1000), {"pack"}},
             {std::string(2'000'000, 'd'), {"rest", "pack"}},
             {content + content, {"rest", "pack"}},
         }) {
        SCOPED_TRACE(bytes.size());
        fs::remove_all(here());
        machine_.programs.clear();
        put_file(incoming() / left, bytes);
        EXPECT_TRUE(transfer_.bring({all}, here()).empty());
        EXPECT_EQ(this->actions(), actions);
        EXPECT_TRUE(content_of(here() / all.name) == content);
        EXPECT_FALSE(fs::exists(incoming()));
    }
    transfer_.refuse_damaged();
}

TEST_F(Objects, GoAndAreReadOnly) {
    std::vector<Object> all;
    for (int i = 0; i < 100; ++i)
        all.push_back(source("content " + std::to_string(i)));
    all.push_back(source(std::string(5'000'000, 'x')));
    all.push_back(source(std::string(4'000'000, 'y')));
    transfer_.send(all);
    for (const auto& one : all) {
        EXPECT_TRUE(content_of(there() / one.name) == content_of(one.source));
        EXPECT_EQ(tests::mode_of(there() / one.name), 0444U);
    }
    machine_.programs.clear();
    transfer_.send(all);
    EXPECT_EQ(actions(), std::vector<std::string>{"begin"});
}

// The others are in the cache nevertheless.
TEST_F(Objects, ThatAreDamagedHereAreNamed) {
    const auto good = source("good");
    const auto bad = source("wrong");
    put_file(bad.source, "Wrong");
    const auto error = message_of([&] { transfer_.send({bad, good}); });
    EXPECT_NE(error.find("an object is damaged in this laptop's DVC cache"), std::string::npos)
        << error;
    EXPECT_TRUE(fs::exists(there() / good.name));
    EXPECT_FALSE(fs::exists(there() / bad.name));
}

TEST_F(Objects, ContinueWhereAnInterruptedRunStopped) {
    const std::string content(3'000'000, 'c');
    const auto all = source(content);
    transfer_.send({source("first")}); // makes the folder of this laptop
    const auto laptop = base::trim(content_of(world_.state_folder() / "laptop")).substr(0, 12);
    const auto left = there() / "rdvc-incoming" / laptop / "1234" / all.name;
    struct Case {
        std::string bytes;
        std::vector<std::string> actions;
    };
    for (const auto& [bytes, actions] : std::vector<Case>{
             {content.substr(0, 2'000'000), {"begin", "append"}},
             {content, {"begin"}},
             {content.substr(0, 1000), {"begin", "receive"}},
             {std::string(2'000'000, 'd'), {"begin", "append", "receive"}},
             {content + content, {"begin", "receive"}},
         }) {
        SCOPED_TRACE(bytes.size());
        fs::remove_all(there() / "files");
        machine_.programs.clear();
        put_file(left, bytes);
        transfer_.send({all});
        EXPECT_EQ(this->actions(), actions);
        EXPECT_TRUE(content_of(there() / all.name) == content);
    }
}

} // namespace
} // namespace rdvc::remote
