// A hook's file in a project: its name (the first line), then its content.

#include "submission/hooks.hpp"
#include "support.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(hooks) {
    const std::string text(fuzz::text_of(data, size));
    const auto end = std::min(text.find('\n'), text.size());
    const std::string content = end < text.size() ? text.substr(end + 1) : "";
    for (const auto& name : {text.substr(0, end), std::string("after-publish")})
        fuzz::only_errors([&] {
            for (const auto& hook :
                 submission::find_hooks({{.name = name, .content = content}}, {})) {
                fuzz::check(hook.point == name, "a hook has its file's name");
                fuzz::check(hook.code.ends_with(" .rdvc/hooks/" + name), "the code runs the file");
                fuzz::check(fuzz::is_clean(hook.code) && base::lines(hook.code).size() == 1,
                            "the code is one clean line");
            }
        });
    return 0;
}
