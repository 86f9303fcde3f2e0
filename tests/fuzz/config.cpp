// A configuration file: any TOML. A project's file cannot redirect code.

#include "config/config.hpp"
#include "config/settings.hpp"
#include "config/toml.hpp"
#include "support.hpp"

using namespace rdvc;

namespace {

void read_all(const config::Config& config) {
    for (const auto& setting : config::settings())
        switch (setting.kind) {
        case config::Kind::text: static_cast<void>(config.text(setting.key)); break;
        case config::Kind::flag: static_cast<void>(config.flag(setting.key)); break;
        case config::Kind::list: static_cast<void>(config.list(setting.key)); break;
        case config::Kind::number: static_cast<void>(config.number(setting.key)); break;
        case config::Kind::size: static_cast<void>(config.size(setting.key)); break;
        }
    for (const auto& name : config.instances())
        static_cast<void>(config.instance(name));
}

} // namespace

RDVC_FUZZ_TARGET(config) {
    const auto text = fuzz::text_of(data, size);
    fuzz::only_errors([&] {
        for (const auto& entry : config::parse_toml(text, "config.toml"))
            fuzz::check(entry.is_table || (entry.begin <= entry.end && entry.end <= text.size() &&
                                           entry.line > 0),
                        "a value stands in the text");
    });
    fuzz::only_errors([&] {
        config::Config config;
        config.read_layer(text, "config.toml", config::Whose::user, "gpu");
        read_all(config);
    });
    fuzz::only_errors([&] {
        config::Config config;
        config.read_layer(text, ".rdvc/config.toml", config::Whose::project, "");
        read_all(config);
        for (const auto& setting : config::settings())
            fuzz::check(setting.set_by == config::SetBy::project ||
                            config.origin(setting.key) == "default",
                        "a project's file sets nothing of the user's");
    });
    fuzz::only_errors([&] {
        config::Config config;
        config.read_layer(text, "cluster:/etc/rdvc.toml", config::Whose::cluster, "");
        read_all(config);
        for (const auto& setting : config::settings())
            fuzz::check(setting.set_by != config::SetBy::user ||
                            config.origin(setting.key) == "default",
                        "a file on the cluster does not say where the cluster is");
    });
    return 0;
}
