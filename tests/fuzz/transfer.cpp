// The answers of the cluster's cache.

#include "cluster.hpp"
#include "remote/objects.hpp"

using namespace rdvc;

RDVC_FUZZ_TARGET(transfer) {
    if (size == 0)
        return 0;
    const auto text = fuzz::text_of(data + 1, size - 1);
    fuzz::Laptop laptop(text);
    laptop.status = data[0] % 4 == 0 ? 23 : 0;
    fuzz::in_world(laptop, [](world::World& world) {
        const auto config = remote::open_user_config(world, "");
        remote::Cluster cluster(world, config);
        remote::Transfer transfer(world, config, cluster);
        const auto source = fuzz::put("object", "data\n");
        transfer.send({{"files/md5/ab/cdef0123456789abcdef0123456789ab", "a.csv", 5, source}});
        transfer.bring({{"files/md5/ab/cdef0123456789abcdef0123456789ab", "a.csv", 5, {}}},
                       fuzz::scratch() / "cache");
    });
    return 0;
}
