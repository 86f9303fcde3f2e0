#include "cluster.hpp"

#include <map>
#include <optional>

namespace rdvc::fuzz {

namespace {

// The value of `nonce=...` in a request's program.
std::string nonce_of(const base::Command& command) {
    const auto& program = std::get<std::string>(command.input.at(0));
    const auto at = ("\n" + program).find("\nnonce=");
    return program.substr(at + 6, program.find('\n', at) - at - 6);
}

const std::filesystem::path& project() {
    static const auto folder = [] {
        auto path = scratch() / "project";
        std::filesystem::create_directories(path / ".git");
        std::filesystem::create_directories(path / ".dvc");
        put("project/.dvc/config", "");
        put("project/.rdvc/config.toml", "[project]\nid = \"7f3a9c1d\"\n");
        std::filesystem::create_directories(scratch() / "home");
        return path;
    }();
    return folder;
}

std::optional<std::string> variable(const std::string& name) {
    static const std::map<std::string, std::string> table = {
        {"HOME", (scratch() / "home").string()},
        {"XDG_RUNTIME_DIR", (scratch() / "run").string()},
        {"RDVC_CLUSTER_HOST", "hpc"},
        {"RDVC_CLUSTER_MULTIPLEX", "false"},
    };
    const auto found = table.find(name);
    return found == table.end() ? std::nullopt : std::optional(found->second);
}

bool has(const base::Command& command, std::string_view word) {
    for (const auto& argument : command.argv)
        if (argument == word)
            return true;
    return false;
}

// The process's standard streams, in memory while it lives.
class Caught {
  public:
    Caught() : out_(stdout), err_(stderr) {
        stdout = ::open_memstream(&out_text_, &out_size_);
        stderr = ::open_memstream(&err_text_, &err_size_);
    }
    ~Caught() {
        give_back();
        std::free(out_text_); // NOLINT: open_memstream's
        std::free(err_text_); // NOLINT
    }
    Caught(const Caught&) = delete;
    Caught& operator=(const Caught&) = delete;
    Caught(Caught&&) = delete;
    Caught& operator=(Caught&&) = delete;

    Printed give_back() {
        if (given_back_)
            return {};
        given_back_ = true;
        std::fclose(stdout);
        std::fclose(stderr);
        stdout = out_;
        stderr = err_;
        return {{out_text_, out_size_}, {err_text_, err_size_}};
    }

  private:
    std::FILE* out_;
    std::FILE* err_;
    char* out_text_ = nullptr;
    char* err_text_ = nullptr;
    std::size_t out_size_ = 0;
    std::size_t err_size_ = 0;
    bool given_back_ = false;
};

} // namespace

base::Result Laptop::run(const base::Command& command) {
    if (command.argv.back() == "-s") {
        command.on_output(answer(nonce_of(command)));
        return {status, "", errors_};
    }
    if (has(command, "--show-toplevel"))
        return {0, "false\n" + project().string() + "\n\n", ""};
    if (command.argv.front() == "git" && has(command, "--get")) // no origin
        return {1, "", ""};
    if (command.argv.front() == "git" && has(command, "--batch-check"))
        return {0, "", ""};
    return {command.argv.front() == "git" ? 0 : status, git_answer, errors_};
}

std::string Laptop::answer(const std::string& nonce) const {
    const auto mark = "@rdvc:" + nonce + " ";
    std::string text = "Welcome\r\n" + mark + "hello /home/alice\n";
    for (const auto& line : frames_) {
        if (line.starts_with("data "))
            text += mark + "data " + std::to_string(line.size() - 5) + "\n" + line.substr(5);
        else
            text += mark + line + "\n";
    }
    return text + mark + "end\n"; // a cut answer is the frames' fuzzer's business; here it waits
}

Printed run(Laptop& laptop, const commands::Words& words) {
    world::Console console(false, false, true);
    world::World world{laptop, console, project(), variable};
    bool is_data = false; // JSON, a log, a script
    for (const auto& word : words)
        is_data = is_data || word == "--json" || word == "logs" || word == "show";
    Printed printed;
    {
        Caught caught;
        try {
            commands::dispatch(world, words);
        } catch (const base::Error& error) {
            console.error(error.message());
        } catch (const std::filesystem::filesystem_error&) {
        }
        printed = caught.give_back();
    }
    check(is_data || is_clean(printed.out), "standard output is clean");
    check(is_clean(printed.err), "standard error is clean");
    return printed;
}

Printed run_one(Laptop& laptop, std::size_t choice, const std::vector<commands::Words>& of) {
    return run(laptop, of.at(choice % of.size()));
}

void in_world(base::Runner& laptop, const std::function<void(world::World& world)>& act) {
    world::Console console(false, true, true); // it shows progress
    world::World world{laptop, console, project(), variable};
    Caught caught;
    only_errors([&] { act(world); });
    check(is_clean(caught.give_back().out), "standard output is clean");
}

} // namespace rdvc::fuzz
