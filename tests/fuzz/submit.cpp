// The answer to a submission, and how it is reported.

#include "send/submit.hpp"
#include "cluster.hpp"
#include "commands/submitted.hpp"

using namespace rdvc;

namespace {

void submit(world::World& world) {
    auto project = remote::open_project(world, "");
    remote::Cluster cluster(world, project.config);
    submission::Facts facts;
    facts.repo_name = project.repo_name;
    facts.origin_url = "https://example.org/project.git";
    facts.commit = std::string(40, 'a');
    facts.mirror = project.mirror;
    submission::RunArguments arguments;
    arguments.code = "origin"; // no pack is made
    send::Plan plan;
    plan.submission =
        submission::compose("0123456789abcdef0123456789abcdef", facts, project.config, arguments);
    send::Sender sender(world, project, cluster, plan, "rdvc run");
    sender.send([&world](const ledger::Record& record) {
        commands::report_submitted(world.console, record, false);
        commands::report_submitted(world.console, record, true);
    });
}

} // namespace

RDVC_FUZZ_TARGET(submit) {
    std::error_code ignored;
    std::filesystem::remove_all(fuzz::scratch() / "home" / ".local", ignored); // the ledger
    fuzz::Laptop laptop(fuzz::text_of(data, size));
    laptop.status = size % 3 == 0 ? 255 : 0;
    fuzz::in_world(laptop, submit);
    return 0;
}
