// `--after`: submissions whose end another one waits for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rdvc::submission {

/// One that is waited for.
struct Predecessor {
    std::string what;    ///< a submission or task, as its user calls it
    bool is_any = false; ///< however it ends; otherwise only if it ends well

    bool operator==(const Predecessor&) const = default;
};

/// The values of `--after`: `[ok:|any:]SUBMISSION[,...]`. Throws Error (usage).
std::vector<Predecessor> parse_after(const std::string& value);

/// SLURM's words for waiting for these jobs, or tasks (JOB_N): `afterok:12:13`.
std::string dependency_on(const Predecessor& predecessor, const std::vector<std::string>& jobs);

/// Both dependencies at once; either may be empty. Throws Error (usage) if `own`, the user's, has
/// alternatives (`?`), which SLURM cannot combine with anything.
std::string both_dependencies(const std::string& own, const std::string& after);

} // namespace rdvc::submission
