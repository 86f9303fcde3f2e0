// The answer to a submission, and what is said of it.

#include "cluster.hpp"
#include "commands/shipment.hpp"

using namespace rdvc;

namespace {

void submit(cli::World& world) {
    auto project = commands::open_project(world, "");
    commands::Cluster cluster(world, project.config);
    submission::Facts facts;
    facts.repo_name = project.repo_name;
    facts.origin_url = "https://example.org/project.git";
    facts.commit = std::string(40, 'a');
    facts.mirror = project.mirror;
    submission::RunArguments arguments;
    arguments.code = "origin"; // no pack is made
    commands::Order order;
    order.submission =
        submission::compose("0123456789abcdef0123456789abcdef", facts, project.config, arguments);
    commands::Shipment shipment(world, project, cluster, order, "rdvc run");
    shipment.send([&world](const ledger::Record& record) {
        commands::report_submitted(world.console, record, false);
        commands::report_submitted(world.console, record, true);
    });
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::error_code ignored;
    std::filesystem::remove_all(fuzz::scratch() / "home" / ".local", ignored); // the ledger
    fuzz::Laptop laptop(fuzz::text_of(data, size));
    laptop.status = size % 3 == 0 ? 255 : 0;
    fuzz::in_world(laptop, submit);
    return 0;
}
