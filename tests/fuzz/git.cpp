// What git prints; sections are its answers one after the other. The first line names what is
// asked.

#include "project/git.hpp"
#include "base/process.hpp"
#include "project/extras.hpp"
#include "project/pack.hpp"
#include "project/submodules.hpp"
#include "support.hpp"

using namespace rdvc;

namespace {

// `\0` and `\n` are kept apart from the sections' own line ends.
class Git : public base::Runner {
  public:
    explicit Git(std::vector<std::pair<std::string, std::string>> answers)
        : answers_(std::move(answers)) {}

    base::Result run(const base::Command& /*command*/) override {
        if (at_ >= answers_.size())
            return {};
        auto text = answers_[at_++].second;
        if (!text.empty())
            text.pop_back(); // the section's last line end
        return {0, text, ""};
    }
    void again() { at_ = 0; }

  private:
    std::vector<std::pair<std::string, std::string>> answers_;
    std::size_t at_ = 0;
};

} // namespace

RDVC_FUZZ_TARGET(git) {
    Git git(fuzz::sections(fuzz::text_of(data, size)));
    static const auto top = fuzz::put("work-tree/file", "").parent_path();
    const project::Repository repository{top, "", false};
    const std::string commit(40, 'a');
    const auto ask = [&](const auto& question) {
        git.again();
        fuzz::only_errors(question);
    };
    ask([&] {
        for (const auto& change : project::read_head(git, repository).changes)
            fuzz::check(change.xy.size() == 2 && !change.submodule.empty(), "a change has letters");
    });
    ask([&] { project::find_repository(git, top); });
    ask([&] { project::read_index(git, repository); });
    ask([&] { project::read_files(git, repository, commit, {"dvc.yaml", "a/dvc.lock"}); });
    ask([&] { project::existing_objects(git, repository, {commit}); });
    ask([&] { project::reachable_tags(git, repository); });
    ask([&] { project::unpushed_commits(git, repository); });
    ask([&] { project::root_commit(git, repository); });
    ask([&] { project::git_dir(git, repository); });
    ask([&] { project::identity(git, repository); });
    ask([&] { project::history_size(git, repository); });
    ask([&] { project::submodules_of(git, repository, commit); });
    ask([&] { project::lfs_objects(git, repository, commit); });
    ask([&] { project::make_extras(git, repository, commit, {.copies = {"file"}, .lfs = {}}); });
    return 0;
}
