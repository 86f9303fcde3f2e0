// A DVC project in a real Git repository, a user's home, and a cluster whose ssh is a fake.
#pragma once

#include <string>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "script/embedded.hpp"
#include "script/render.hpp"
#include "script/requests.hpp"
#include "support/fake_runner.hpp"
#include "support/folder.hpp"
#include "support/git_repository.hpp"
#include "support/world.hpp"

namespace rdvc::tests {

/// `bash -s` at the end, whatever leads there.
inline bool is_request(const base::Command& command) {
    const auto& argv = command.argv;
    return argv.size() >= 2 && argv.back() == "-s" &&
           (argv.at(argv.size() - 2) == "bash" || argv.at(argv.size() - 2) == "-l");
}

/// What a request's program assigns to `name`, as written.
inline std::string assigned(const std::string& program, const std::string& name) {
    const auto start = ("\n" + program).find("\n" + name + "=");
    if (start == std::string::npos) {
        ADD_FAILURE() << "nothing assigns " << name;
        return "";
    }
    const auto value = start + name.size() + 1;
    return program.substr(value, program.find('\n', value) - value);
}

/// The value that bash reads from it.
inline std::string value_of(const std::string& program, const std::string& name) {
    base::ProcessRunner runner;
    return runner
        .run({.argv = {"bash", "-c",
                       name + "=" + assigned(program, name) + "; printf %s \"$" + name + "\""}})
        .out;
}

/// The request that a program is.
inline const script::Request* request_of(const std::string& input) {
    const std::string source = "source <(printf '%s' \"${sent_text%x}\")\n";
    const auto load = script::embedded_without_comments("login/lib/load.sh");
    for (const auto& request : script::requests()) {
        const auto call = script::request_text(request.name).call;
        if (input.find(source + call) != std::string::npos ||
            input.find(load + call) != std::string::npos)
            return &request;
    }
    return nullptr;
}

/// Answers as the cluster does: `frames` (a verb and its words each), among a login's output.
/// What follows `data ` is bytes, sent with their number.
inline FakeRunner::Action answers(const std::vector<std::string>& frames, int status = 0,
                                  const std::string& err = "") {
    return [=](const Call& call) {
        const auto mark = "@rdvc:" + assigned(call.input, "nonce") + " ";
        std::string out = "Welcome to hpc!\r\n\n" + mark + "hello /home/alice\n";
        const auto* request = request_of(call.input);
        for (const auto& frame : frames) {
            const auto verb = base::key_and_value(frame).first;
            if (request != nullptr && !script::may_answer(*request, verb))
                ADD_FAILURE() << "no request `" << request->name << "` answers " << verb;
            if (verb == "data")
                out += fmt::format("{}data {}\n{}", mark, frame.size() - 5, frame.substr(5));
            else
                out += mark + frame + "\n";
        }
        return base::Result{status, out + "logout\n", err};
    };
}

class DemoProject {
  public:
    DemoProject() : git(folder / "project"), world(runner, folder / "home", folder / "project") {
        runner.pass_through("git", processes);
        // Without a connection: each command asks for ssh's configuration of the host.
        runner.expect({"ssh", "-G", "-T", "-l", "alice", "--", "hpc"})
            .prints("user alice\n")
            .any_number();
        configure("[cluster]\nhost = \"hpc\"\nusername = \"alice\"\n");
    }

    /// Makes it a DVC project with one commit; the commit's hash.
    std::string commit_project() const {
        git.write(".dvc/config", "");
        git.write("dvc.yaml", "stages:\n  train:\n    cmd: ./train\n");
        git.write("params.yaml", "lr: 0.1\n");
        return git.commit("Add the model");
    }
    void configure(const std::string& toml) const {
        put_file(folder / "home" / ".config" / "rdvc" / "config.toml", toml);
    }
    void configure_project(const std::string& toml) const { git.write(".rdvc/config.toml", toml); }

    /// One request; they are answered in the order of these calls.
    FakeRunner::Expectation& expect_request() {
        return runner.expect("ssh ... bash -s", is_request);
    }
    /// The calls of requests, in their order.
    [[nodiscard]] std::vector<Call> requests() const {
        std::vector<Call> found;
        for (const auto& call : runner.calls())
            if (is_request(call.command))
                found.push_back(call);
        return found;
    }

    Folder folder;
    GitRepository git;
    base::ProcessRunner processes;
    FakeRunner runner;
    TestWorld world;
};

} // namespace rdvc::tests
