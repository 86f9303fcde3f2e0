// Replays a parser's corpus, each input cut at every byte (or at N), and N mutations of it that are
// the same each time: a substitute for libFuzzer. usage: fuzz_replay NAME FOLDER [N]

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

#define RDVC_FUZZER(name) extern "C" int fuzz_##name(const std::uint8_t*, std::size_t);
#include "fuzzers.inc"
#undef RDVC_FUZZER

namespace {

using Fuzzer = int (*)(const std::uint8_t*, std::size_t);
using Inputs = std::vector<std::string>;

const std::map<std::string, Fuzzer>& fuzzers() {
#define RDVC_FUZZER(name) {#name, fuzz_##name},
    static const std::map<std::string, Fuzzer> table = {
#include "fuzzers.inc"
    };
#undef RDVC_FUZZER
    return table;
}

Inputs read_corpus(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    Inputs corpus;
    for (const auto& file : files) {
        std::ifstream stream(file, std::ios::binary);
        corpus.emplace_back(std::istreambuf_iterator<char>(stream),
                            std::istreambuf_iterator<char>());
    }
    return corpus;
}

class Mutator {
  public:
    explicit Mutator(const Inputs& corpus) : corpus_(corpus) {}

    std::string next() {
        auto text = corpus_[below(corpus_.size())];
        const auto steps = 1 + below(4);
        for (std::size_t i = 0; i < steps; ++i)
            change(text);
        return text;
    }

  private:
    std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }

    void change(std::string& text) {
        const auto at = below(text.size() + 1);
        const auto& other = corpus_[below(corpus_.size())];
        const auto from = below(other.size() + 1);
        switch (below(6)) {
        case 0: // a bit
            if (at < text.size())
                text[at] = static_cast<char>(text[at] ^ (1U << below(8)));
            return;
        case 1: text.insert(at, 1, static_cast<char>(below(256))); return;
        case 2: text.erase(at, 1 + below(16)); return;
        case 3: text = text.substr(0, at) + other.substr(from); return;
        case 4: text.insert(at, other.substr(from, 1 + below(32))); return;
        default: text.insert(at, text.substr(below(text.size() + 1), 1 + below(64))); return;
        }
    }

    const Inputs& corpus_;
    std::mt19937 random_{1}; // NOLINT: the same mutations each time
};

// What is being replayed, kept where it breaks the parser.
std::string name;
std::string current;

void keep(int signal) {
    const auto file = "fuzz-" + name + ".finding";
    std::ofstream(file, std::ios::binary) << current;
    std::fprintf(stderr, "the input is in %s\n", std::filesystem::absolute(file).c_str());
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

void run(Fuzzer fuzzer, std::string input) {
    current = std::move(input);
    // An exact buffer, so that a sanitizer sees a read behind its end.
    const std::vector<std::uint8_t> bytes(current.begin(), current.end());
    try {
        fuzzer(bytes.data(), bytes.size());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "thrown: %s\n", error.what());
        std::abort();
    }
}

} // namespace

int main(int argc, char** argv) {
    const auto fuzzer = argc > 2 ? fuzzers().find(argv[1]) : fuzzers().end();
    if (fuzzer == fuzzers().end()) {
        std::fputs("usage: fuzz_replay NAME FOLDER [N]\n", stderr);
        return 2;
    }
    name = argv[1];
    for (const int signal : {SIGABRT, SIGSEGV})
        std::signal(signal, keep);
    const auto corpus = read_corpus(argv[2]);
    if (corpus.empty())
        return 2;
    run(fuzzer->second, "");
    const std::size_t mutations = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 2000;
    for (const auto& input : corpus) { // cut at every byte, as far as that many are enough
        const auto step = input.size() / std::max<std::size_t>(mutations, 1) + 1;
        for (std::size_t left = input.size(); left > 0; left -= std::min(left, step))
            run(fuzzer->second, input.substr(0, left));
    }
    Mutator mutator(corpus);
    for (std::size_t i = 0; i < mutations; ++i)
        run(fuzzer->second, mutator.next());
    return 0;
}
