// dvc.yaml, dvc.lock, `.dvc` files, and what a run needs by them. Sections are files.

#include "data/pipeline.hpp"
#include "data/cache.hpp"
#include "data/needs.hpp"
#include "support.hpp"

using namespace rdvc;

namespace {

void check_paths(const data::Output& output) {
    fuzz::check(!output.path.starts_with("/") && !(output.path + "/").starts_with("../"),
                "an output is in the repository");
    const auto name = data::object_name(output.hash, output.legacy);
    fuzz::check((output.path + name).find('\0') == std::string::npos &&
                    name.find("..") == std::string::npos && name.find('\n') == std::string::npos,
                "what is recorded of it can be a file's name");
}

} // namespace

RDVC_FUZZ_TARGET(pipeline) {
    std::map<std::string, std::string> files;
    for (const auto& [name, content] : fuzz::sections(fuzz::text_of(data, size)))
        files[name.empty() ? "dvc.yaml" : name] = content;
    fuzz::only_errors([&] {
        data::Values values;
        values.text = [&](const std::string& path) {
            const auto file = files.find(path);
            return file == files.end() ? std::nullopt : std::optional(file->second);
        };
        const auto pipeline = data::read_pipeline(files, values);
        for (const auto& output : pipeline.tracked)
            check_paths(output);
        for (const auto& stage : pipeline.stages)
            for (const auto& output : stage.outs)
                check_paths(output);
        data::Files here;
        here.hash = [](const std::string&) {
            return std::string("d8e8fca2dc0f896fd7cb4cb0031ba249");
        };
        here.text = values.text;
        here.in_commit = [](const std::vector<std::string>& paths) { return paths.size() != 1; };
        data::Scope scope;
        data::find_needs(pipeline, scope, here);
        scope.targets = {"train", "sub/dvc.yaml:train"};
        scope.overrides = {"lr=0.1", "sub/params.yaml:a.b=3"};
        scope.downstream = true;
        data::find_needs(pipeline, scope, here, {"model.pt"});
    });
    return 0;
}
