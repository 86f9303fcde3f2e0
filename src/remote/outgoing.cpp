#include "remote/outgoing.hpp"

#include <algorithm>
#include <fstream>
#include <numeric>
#include <optional>

#include <fmt/core.h>

#include "remote/archive.hpp"
#include "remote/progress.hpp"
#include "remote/streams.hpp"

namespace rdvc::remote {

using base::Error;
using base::Exit;

namespace {

constexpr auto sending = "sending data";

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
        throw Error(Exit::failed, fmt::format("cannot read `{}`", object.source));
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
        if (left_ > 0)
            return next_piece();
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
            if (object.size >= large) {
                open(object);
                break;
            }
            add_content(part, object);
            progress_.add(object.size);
        }
        return part;
    }

  private:
    void end_object(std::string& part) const {
        if (next_ == 0)
            return;
        part += archive_padding(objects_[next_ - 1]->size);
    }

    void open(const Outgoing& object) {
        file_ = std::ifstream(object.source, std::ios::binary);
        if (!file_)
            throw Error(Exit::failed, fmt::format("cannot read `{}`", object.source));
        left_ = object.size;
    }

    // Of a large object: a piece at a time, so that progress is seen. Zeros as in add_content().
    std::string next_piece() {
        std::string piece(std::min<std::uint64_t>(left_, 1U << 18U), '\0');
        file_.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        left_ -= piece.size();
        progress_.add(piece.size());
        return piece;
    }

    std::vector<const Outgoing*> objects_;
    Progress& progress_;
    std::size_t next_ = 0;
    std::ifstream file_;     // of the large object before `next_`
    std::uint64_t left_ = 0; // of its content
    bool is_ended_ = false;
};

// The rest of an object in parts.
class Rest {
  public:
    Rest(const Outgoing& object, Progress& progress)
        : file_(object.source, std::ios::binary), progress_(progress) {
        file_.seekg(static_cast<std::streamoff>(object.there));
    }

    std::optional<base::Input> next() {
        std::string part(1U << 18U, '\0');
        file_.read(part.data(), static_cast<std::streamsize>(part.size()));
        part.resize(static_cast<std::size_t>(file_.gcount()));
        progress_.add(part.size());
        return part.empty() ? std::nullopt : std::optional<base::Input>(std::move(part));
    }

  private:
    std::ifstream file_;
    Progress& progress_;
};

using Names = std::set<std::string>;

// Makes a request that gets a list and then the parts; gives the names of damaged objects.
template <typename Parts>
Names send_parts(Cluster& cluster, const script::Variables& variables, const std::string& list,
                 Parts parts) {
    Names damaged;
    ask_for_data(sending, [&](const Cluster::OnFrame& on_full) {
        const auto on_frame = [&](const transport::Frame& frame) {
            on_full(frame);
            if (frame.verb == "damaged")
                damaged.insert(frame.rest);
        };
        cluster.ask(
            "objects", variables, on_frame, [](std::string_view) {}, {list},
            [&parts] { return parts.next(); });
    });
    return damaged;
}

} // namespace

std::set<std::string> send_objects(world::World& world, Cluster& cluster,
                                   const script::Variables& variables,
                                   const std::vector<Outgoing>& objects) {
    std::vector<const Outgoing*> whole;
    std::uint64_t size = 0;
    std::uint64_t rest = 0;
    for (const auto& object : objects) {
        if (object.there == 0)
            whole.push_back(&object);
        (object.there == 0 ? size : rest) += object.size - object.there;
    }
    Progress progress(world.console, sending, size + rest);
    Names damaged;
    for (const auto& object : objects)
        if (object.there > 0) {
            const auto list = fmt::format("{} {}\n", object.name, object.size);
            damaged.merge(send_parts(cluster, with_list(variables, "append", list), list,
                                     Rest(object, progress)));
        }
    if (whole.empty())
        return damaged;
    auto asked = with_list(variables, "receive", "");
    asked.words["batch"] = fmt::format("{}", batch_size(whole.size(), size));
    const auto shares = deal_out(whole, count_streams(cluster, whole.size(), size));
    for (auto& some : side_by_side(shares, [&](const auto& share) {
             return send_parts(cluster, asked, "", Archive(share, progress));
         }))
        damaged.merge(some);
    return damaged;
}

} // namespace rdvc::remote
