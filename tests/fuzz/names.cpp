// Names of experiments, tokens, paths of outputs.

#include "submission/name.hpp"
#include "submission/outputs.hpp"
#include "submission/token.hpp"
#include "support.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(names) {
    const std::string text(fuzz::text_of(data, size));
    fuzz::only_errors([&] {
        submission::check_name(text);
        fuzz::check(text.find_first_of("/ ~^:?*[\\\n\t") == std::string::npos &&
                        text.front() != '-',
                    "a name is one part of a ref");
    });
    submission::experiment_ref(text, "n");
    submission::name_from_token(text);
    fuzz::check(!submission::is_token(text) || text.size() == 32, "a token has 32 digits");
    fuzz::only_errors([&] {
        for (const auto& path :
             submission::output_folders({"/work", "sub", "--output"}, base::split(text, '\n')))
            fuzz::check(path.starts_with("sub/") && (path + "/").find("/../") == std::string::npos,
                        "an output is below its folder");
    });
    return 0;
}
