#include "submission/sweep_options.hpp"

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace rdvc::submission {

using base::Error;
using base::Exit;

namespace {

unsigned number(std::string_view name, const std::string& given, unsigned least) {
    const auto number = base::parse_number(given);
    if (!number || *number < least)
        throw Error(Exit::usage,
                    fmt::format("`--{}` is `{}`; it must be a number from {}", name, given, least));
    return *number;
}

// Of these a second one would silently replace the first.
void set_once(std::string& value, std::string_view name, const std::string& given) {
    if (given.empty())
        throw Error(Exit::usage, fmt::format("`--{}` is empty", name));
    if (!value.empty())
        throw Error(Exit::usage, fmt::format("`--{}` is given twice", name));
    value = given;
}

} // namespace

bool take_sweep_option(RunArguments& arguments, std::string_view name, const std::string& given) {
    if (name == "params" || name == "repeat") {
        set_once(name == "params" ? arguments.params : arguments.repeat, name, given);
        arguments.is_sweep = true;
    } else if (name == "zip") {
        arguments.zip.push_back(given.empty() ? std::vector<std::string>()
                                              : base::split(given, ','));
    } else if (name == "exclude") {
        arguments.exclude.push_back(given);
    } else if (name == "shuffle-seed") {
        arguments.shuffle_seed = number(name, given, 0);
    } else if (name == "name-by") {
        if (given != "numbers" && given != "values")
            throw Error(Exit::usage, fmt::format("`--name-by` is `{}`; it can be numbers or values",
                                                 base::printable(given)));
        arguments.naming = given == "values" ? sweep::Naming::values : sweep::Naming::numbers;
    } else if (name == "pack") {
        arguments.pack = number(name, given, 1);
    } else if (name == "warmup" || name == "no-warmup") {
        arguments.warm_up = name == "warmup";
    } else if (name == "array-limit") {
        arguments.array_limit = number(name, given, 1);
    } else {
        return false;
    }
    return true;
}

void refuse_without_sweep(const RunArguments& arguments) {
    const auto* extra = arguments.array_limit        ? "--array-limit"
                        : arguments.naming           ? "--name-by"
                        : arguments.pack             ? "--pack"
                        : arguments.warm_up == true  ? "--warmup"
                        : arguments.warm_up == false ? "--no-warmup"
                        : !arguments.zip.empty()     ? "--zip"
                        : !arguments.exclude.empty() ? "--exclude"
                        : arguments.shuffle_seed     ? "--shuffle-seed"
                                                     : nullptr;
    if (extra != nullptr && !arguments.is_sweep)
        throw Error(Exit::usage, fmt::format("`{}` is for sweeps", extra))
            .hint("list the values of a parameter: -S KEY=A,B,C");
    if (arguments.naming && arguments.is_command)
        throw Error(Exit::usage, "`--name-by` cannot be given with `--cmd`")
            .context("it names experiments");
}

} // namespace rdvc::submission
