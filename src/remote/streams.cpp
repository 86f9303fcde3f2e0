#include "remote/streams.hpp"

#include <algorithm>
#include <fstream>
#include <future>
#include <optional>

#include <fmt/core.h>

#include "remote/archive.hpp"
#include "remote/progress.hpp"

namespace rdvc::remote {

using base::Error;
using base::Exit;

namespace {

constexpr auto sending = "sending data";

std::uint64_t size_of(const std::vector<Outgoing>& objects) {
    std::uint64_t size = 0;
    for (const auto& object : objects)
        size += object.size;
    return size;
}

// ssh sends 2 MB a round trip in one channel, so a single stream waits for the network. Little data
// does not justify a second one.
std::size_t count_streams(Cluster& cluster, std::size_t objects, std::uint64_t size) {
    constexpr std::size_t most = 3;
    constexpr std::uint64_t worth = 4'000'000;
    if (!cluster.shares_connection())
        return 1;
    return std::clamp<std::size_t>(std::min<std::uint64_t>(objects, size / worth), 1, most);
}

// The number of objects for one md5sum: some megabytes, so that checking keeps up with the
// transfer.
std::uint64_t batch_size(std::size_t objects, std::uint64_t size) {
    constexpr std::uint64_t at_a_time = 8'000'000;
    constexpr std::uint64_t most = 500;
    return std::clamp<std::uint64_t>(at_a_time * objects / std::max<std::uint64_t>(size, 1), 1,
                                     most);
}

// Adds an object's content. A file that has shrunk meanwhile gets zeros: the other objects arrive,
// and this one is found to be damaged.
void add_content(std::string& text, const Outgoing& object) {
    const auto at = text.size();
    text.resize(at + object.size);
    std::ifstream file(object.source, std::ios::binary);
    if (!file)
        throw Error(Exit::failed, fmt::format("cannot read `{}`", object.source.string()));
    file.read(text.data() + at, static_cast<std::streamsize>(object.size));
}

// Produces the parts of a tar stream one after the other. A part has many small objects, because
// each part is written, encrypted and read on its own.
class Archive {
  public:
    Archive(std::vector<const Outgoing*> objects, Progress& progress)
        : objects_(std::move(objects)), progress_(progress) {}

    std::optional<base::Input> next() {
        constexpr std::uint64_t large = 200'000; // bytes
        if (inside_) {
            inside_ = false;
            return objects_[next_ - 1]->source;
        }
        if (is_ended_)
            return std::nullopt;
        std::string part;
        while (part.size() < large) {
            end_object(part);
            if (next_ == objects_.size()) {
                is_ended_ = true;
                part += archive_end();
                break;
            }
            const auto& object = *objects_[next_++];
            part += archive_header(object.name, object.size);
            inside_ = object.size >= large;
            if (inside_)
                break;
            add_content(part, object);
        }
        return part;
    }

  private:
    void end_object(std::string& part) const {
        if (next_ == 0)
            return;
        const auto size = objects_[next_ - 1]->size;
        progress_.add(size);
        part += archive_padding(size);
    }

    std::vector<const Outgoing*> objects_;
    Progress& progress_;
    std::size_t next_ = 0;
    bool inside_ = false; // the next part is the content of the object before `next_`
    bool is_ended_ = false;
};

// Runs a request whose data may break off, or fill a disk.
template <typename Ask>
void ask_for_data(const std::string& what, const Ask& ask) {
    bool is_full = false;
    try {
        ask([&](const transport::Frame& frame) { is_full = is_full || frame.verb == "full"; });
    } catch (const Error& error) {
        if (is_full)
            throw no_space(what, error.what());
        if (error.code() == Exit::unknown)
            throw connection_lost(what, error.context());
        throw;
    }
}

void send_stream(Cluster& cluster, const script::Variables& variables, Archive archive) {
    ask_for_data(sending, [&](const Cluster::OnFrame& on_frame) {
        cluster.ask(
            "objects", variables, on_frame, [](std::string_view) {}, {},
            [&archive] { return archive.next(); });
    });
}

} // namespace

void send_streams(world::World& world, Cluster& cluster, const script::Variables& variables,
                  const std::vector<Outgoing>& objects) {
    const auto size = size_of(objects);
    const auto count = count_streams(cluster, objects.size(), size);
    auto asked = variables;
    asked.words["action"] = "receive";
    asked.words["batch"] = fmt::format("{}", batch_size(objects.size(), size));
    std::vector<std::vector<const Outgoing*>> shares(count);
    for (std::size_t i = 0; i < objects.size(); ++i)
        shares[i % count].push_back(&objects[i]);
    Progress progress(world.console, sending, size);
    std::vector<std::future<void>> others;
    for (std::size_t i = 1; i < count; ++i)
        others.push_back(std::async(std::launch::async, send_stream, std::ref(cluster),
                                    std::cref(asked), Archive(shares[i], progress)));
    send_stream(cluster, asked, Archive(shares.front(), progress));
    for (auto& other : others)
        other.get();
}

} // namespace rdvc::remote
