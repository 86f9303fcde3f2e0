#include "remote/incoming.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/files.hpp"
#include "base/md5.hpp"
#include "base/text.hpp"
#include "data/cache.hpp"
#include "remote/archive.hpp"
#include "remote/progress.hpp"
#include "remote/streams.hpp"

namespace rdvc::remote {

namespace fs = std::filesystem;
using base::Error;
using base::Exit;

namespace {

constexpr auto bringing = "bringing data";
constexpr std::uintmax_t worth_continuing = 1'000'000; // bytes

// The file that an object has until it is whole.
fs::path unfinished_file(const fs::path& folder, std::string name) {
    std::replace(name.begin(), name.end(), '/', '-');
    return folder / name;
}

// An object that arrives: a file beside the cache's own, and the hash of what has come.
class Arriving {
  public:
    Arriving(const fs::path& folder, const fs::path& cache, const std::string& name)
        : file_(unfinished_file(folder, name)), place_(cache / name),
          name_(data::parse_object_name(name)),
          fd_(::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
        if (fd_ < 0)
            fail();
    }
    ~Arriving() {
        if (fd_ >= 0)
            ::close(fd_);
    }
    Arriving(const Arriving&) = delete;
    Arriving& operator=(const Arriving&) = delete;
    Arriving(Arriving&&) = delete;
    Arriving& operator=(Arriving&&) = delete;

    // Takes what the file has already.
    void resume() {
        std::string block(1U << 20U, '\0');
        for (ssize_t n = 0; (n = ::read(fd_, block.data(), block.size())) > 0;) {
            sum_.add(std::string_view(block).substr(0, static_cast<std::size_t>(n)));
            size_ += static_cast<std::uint64_t>(n);
        }
    }

    void add(std::string_view text) {
        sum_.add(text);
        size_ += text.size();
        while (!text.empty()) {
            const auto n = ::write(fd_, text.data(), text.size());
            if (n < 0 && errno != EINTR)
                fail();
            text.remove_prefix(n < 0 ? 0 : static_cast<std::size_t>(n));
        }
    }

    [[nodiscard]] std::uint64_t size() const { return size_; }

    // Puts the object in its place, read-only as DVC's own; false and no file if it is damaged.
    bool put() {
        const bool is_right = name_ && (name_->hash.starts_with(sum_.hex()) ||
                                        (name_->legacy && data::has_content(file_, *name_)));
        if (!is_right) {
            fs::remove(file_);
            return false;
        }
        constexpr mode_t read_only = 0444;
        // On NFS, only closing tells whether all has been written.
        if (::fchmod(fd_, read_only) != 0 || ::close(std::exchange(fd_, -1)) != 0)
            fail();
        if (::rename(file_.c_str(), place_.c_str()) != 0) {
            fs::create_directories(place_.parent_path());
            fs::rename(file_, place_);
        }
        return true;
    }

  private:
    [[noreturn]] void fail() const {
        const int error = errno;
        const std::string reason = std::strerror(error);
        if (error == ENOSPC || error == EDQUOT)
            throw no_space(bringing, reason);
        throw Error(Exit::failed, fmt::format("cannot write `{}`: {}", file_.string(), reason));
    }

    fs::path file_;
    fs::path place_;
    std::optional<data::ObjectName> name_;
    int fd_;
    base::Md5 sum_;
    std::uint64_t size_ = 0;
};

// One transfer: where it comes from and where it goes.
class Incoming {
  public:
    Incoming(Cluster& cluster, const script::Variables& variables, const fs::path& cache,
             Progress& progress)
        : cluster_(cluster), variables_(variables), cache_(cache), folder_(cache / "rdvc-incoming"),
          progress_(progress) {
        fs::create_directories(folder_);
    }

    // What an interrupted transfer has left of one of the objects is continued, if that is worth a
    // request, or removed.
    Brought continue_objects(const std::set<std::string>& names) {
        Brought all;
        for (const auto& name : names) {
            const auto file = unfinished_file(folder_, name);
            std::error_code none;
            const auto size = fs::file_size(file, none);
            if (none)
                continue;
            if (size >= worth_continuing)
                all.add(continue_object(name));
            fs::remove(file);
        }
        return all;
    }

    Brought bring_stream(const std::vector<std::string>& names) {
        Brought brought;
        std::set<std::string> asked(names.begin(), names.end());
        std::string name;
        std::optional<Arriving> object;
        ArchiveReader reader(
            [&](const std::string& next, std::uint64_t size) {
                name = next;
                brought.size += size;
                if (asked.erase(name) == 0)
                    throw Error(Exit::failed, fmt::format("the cluster sent `{}` without being "
                                                          "asked for it",
                                                          base::printable(name)));
                object.emplace(folder_, cache_, name);
            },
            [&](std::string_view text) { object->add(text); },
            [&] {
                (object->put() ? brought.arrived : brought.damaged).insert(name);
                object.reset();
            });
        ask("pack", base::join(names, " 0\n") + " 0\n", brought,
            [&](std::string_view bytes) { reader.feed(bytes); });
        if (object)
            throw Error(Exit::failed, "the cluster sent an incomplete tar stream");
        return brought;
    }

  private:
    // A damaged one is brought again as a whole.
    Brought continue_object(const std::string& name) {
        Brought brought;
        Arriving object(folder_, cache_, name);
        object.resume();
        ask("rest", fmt::format("{} {}\n", name, object.size()), brought,
            [&](std::string_view bytes) { object.add(bytes); });
        if (object.put()) {
            brought.arrived.insert(name);
            brought.size = object.size();
        }
        return brought;
    }

    void ask(const std::string& action, const std::string& list, Brought& brought,
             const Cluster::OnData& on_data) {
        ask_for_data(bringing, [&](const Cluster::OnFrame& on_full) {
            const auto on_frame = [&](const transport::Frame& frame) {
                on_full(frame);
                if (frame.verb == "cache")
                    brought.place = frame.rest;
                else if (frame.verb == "size")
                    progress_.expect(std::strtoull(frame.rest.c_str(), nullptr, 10));
            };
            const auto on_bytes = [&](std::string_view bytes) {
                on_data(bytes);
                progress_.add(bytes.size());
            };
            cluster_.ask("objects", with_list(variables_, action, list), on_frame, on_bytes,
                         {list});
        });
    }

    Cluster& cluster_;
    const script::Variables& variables_;
    const fs::path& cache_;
    fs::path folder_;
    Progress& progress_;
};

} // namespace

void Brought::add(Brought other) {
    arrived.merge(other.arrived);
    damaged.merge(other.damaged);
    size += other.size;
    if (place.empty())
        place = other.place;
}

Brought bring_objects(world::World& world, Cluster& cluster, const script::Variables& variables,
                      const std::set<std::string>& names, std::uint64_t size,
                      const fs::path& cache) {
    Progress progress(world.console, bringing, 0);
    Incoming incoming(cluster, variables, cache, progress);
    auto all = incoming.continue_objects(names);
    std::vector<std::string> others;
    std::set_difference(names.begin(), names.end(), all.arrived.begin(), all.arrived.end(),
                        std::back_inserter(others));
    if (!others.empty())
        for (auto& one :
             side_by_side(deal_out(others, count_streams(cluster, others.size(), size)),
                          [&](const auto& share) { return incoming.bring_stream(share); }))
            all.add(std::move(one));
    base::remove_tree(cache / "rdvc-incoming");
    return all;
}

} // namespace rdvc::remote
