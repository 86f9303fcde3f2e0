// `rdvc init project|global|remote`.

#include "commands/command.hpp"

namespace rdvc::commands {

base::Exit init(world::World& world, const Words& words) {
    return dispatch_group(
        world, "init",
        {{"project", "defaults of this project's runs -> .rdvc/config.toml", init_project},
         {"global", "your cluster and your e-mail address -> ~/.config/rdvc/config.toml",
          init_global},
         {"remote", "folders on the cluster, checks of what is there, the Git remote `rdvc`",
          init_remote}},
        words);
}

} // namespace rdvc::commands
