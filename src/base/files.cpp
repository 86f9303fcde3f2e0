#include "base/files.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <fstream>
#include <sstream>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/error.hpp"

namespace rdvc::base {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(std::string_view what, const fs::path& path) {
    throw Error(Exit::failed,
                fmt::format("cannot {} `{}`: {}", what, path.string(), std::strerror(errno)));
}

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0)
            ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor(Descriptor&&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;
    [[nodiscard]] int get() const { return fd_; }

  private:
    int fd_;
};

void write_all(int fd, std::string_view content, const fs::path& path) {
    while (!content.empty()) {
        const auto n = ::write(fd, content.data(), content.size());
        if (n < 0 && errno != EINTR)
            fail("write", path);
        if (n > 0)
            content.remove_prefix(static_cast<std::size_t>(n));
    }
}

void make_folders(const fs::path& path) {
    if (path.empty() || fs::is_directory(path))
        return;
    make_folders(path.parent_path());
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        fail("make folder", path);
}

// Lets the owner list and change `path` and the folders in it.
void open_folders(const fs::path& path) {
    std::error_code ignored;
    if (fs::symlink_status(path, ignored).type() != fs::file_type::directory)
        return;
    fs::permissions(path, fs::perms::owner_all, fs::perm_options::add, ignored);
    for (fs::directory_iterator entry(path, ignored), end; entry != end; entry.increment(ignored))
        open_folders(entry->path());
}

constexpr std::string_view temporary_prefix = "rdvc-run-";

// A folder of a killed process: no process holds its lock, and it is too old to be one that is
// being created.
bool is_abandoned(const fs::path& path) {
    constexpr std::time_t old_enough = 60;
    struct stat info {};
    if (!path.filename().string().starts_with(temporary_prefix) ||
        ::lstat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != ::geteuid() ||
        (info.st_mode & 0777U) != 0700 || info.st_mtime > std::time(nullptr) - old_enough)
        return false;
    const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    return folder.get() >= 0 && ::flock(folder.get(), LOCK_EX | LOCK_NB) == 0;
}

// The final target of a link (a dotfile manager's, say), whether it exists or not; else the path
// itself.
fs::path link_target(fs::path path) {
    constexpr int most = 40; // as the kernel's own limit
    for (int i = 0; i < most && fs::is_symlink(path); ++i)
        path = path.parent_path() / fs::read_symlink(path);
    return path;
}

} // namespace

std::optional<std::int64_t> age_of(const fs::path& path) {
    std::error_code none;
    const auto time = fs::last_write_time(path, none);
    if (none)
        return std::nullopt;
    return std::chrono::duration_cast<std::chrono::seconds>(fs::file_time_type::clock::now() - time)
        .count();
}

std::optional<std::string> read_file(const fs::path& path) {
    std::error_code ignored;
    const auto status = fs::status(path, ignored);
    // Reading a pipe without a writer would block for ever, and a device has no end.
    if (status.type() == fs::file_type::fifo || status.type() == fs::file_type::character ||
        status.type() == fs::file_type::block)
        throw Error(Exit::failed, fmt::format("`{}` is not a regular file", path.string()));
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        const int error = errno; // the file may be made now
        if (error == ENOENT || !fs::exists(path, ignored))
            return std::nullopt;
        errno = error;
        fail("read", path);
    }
    std::ostringstream content;
    content << file.rdbuf();
    if (file.bad() || fs::is_directory(path))
        fail("read", path);
    return content.str();
}

void write_file(const fs::path& path, std::string_view content, Synced synced) {
    const fs::path target = link_target(path);
    make_folders(target.parent_path());
    struct stat old {};
    const mode_t mode = ::stat(target.c_str(), &old) == 0 ? old.st_mode & 0777U : 0600;
    std::string temporary = target.string() + ".XXXXXX";
    const Descriptor file(::mkstemp(temporary.data()));
    if (file.get() < 0)
        fail("write", target);
    try {
        write_all(file.get(), content, target);
        if (::fchmod(file.get(), mode) != 0 ||
            (synced == Synced::yes && ::fsync(file.get()) != 0) ||
            ::rename(temporary.c_str(), target.c_str()) != 0)
            fail("write", target);
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
}

void write_open_file(const fs::path& path, std::string_view content) {
    std::error_code ignored;
    if (fs::exists(path, ignored) && !fs::is_regular_file(path, ignored))
        throw Error(Exit::failed, fmt::format("`{}` is not a regular file", path.string()));
    {
        const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
        if (file.get() < 0)
            fail("write", path);
    }
    write_file(path, content, Synced::no); // which keeps the mode
}

void append_line(const fs::path& path, std::string_view line) {
    make_folders(path.parent_path());
    const Descriptor file(::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
    if (file.get() < 0 || ::flock(file.get(), LOCK_EX) != 0)
        fail("write", path);
    std::string record;
    const off_t size = ::lseek(file.get(), 0, SEEK_END);
    char last = '\n';
    if (size > 0 && ::pread(file.get(), &last, 1, size - 1) != 1)
        fail("read", path);
    if (last != '\n')
        record += '\n';
    record += line;
    record += '\n';
    write_all(file.get(), record, path);
    if (::fsync(file.get()) != 0)
        fail("write", path);
}

void make_private_folder(const fs::path& path) {
    make_folders(path);
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0)
        fail("use folder", path);
    if (!S_ISDIR(info.st_mode) || info.st_uid != ::getuid() || (info.st_mode & 0077U) != 0)
        throw Error(Exit::failed,
                    fmt::format("`{}` must be your own folder, closed to others", path.string()));
}

FileLock::FileLock(const fs::path& path) : fd_(-1) {
    make_folders(path.parent_path());
    fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd_ < 0)
        fail("open", path);
}

FileLock::~FileLock() {
    ::close(fd_);
}

bool FileLock::try_lock() {
    return ::flock(fd_, LOCK_EX | LOCK_NB) == 0;
}

void FileLock::lock() {
    while (::flock(fd_, LOCK_EX) != 0 && errno == EINTR) {
    }
}

void remove_tree(const fs::path& path) {
    std::error_code failure;
    fs::remove_all(path, failure);
    if (!failure)
        return;
    open_folders(path);
    fs::remove_all(path, failure);
    if (failure)
        throw Error(Exit::failed,
                    fmt::format("cannot remove `{}`: {}", path.string(), failure.message()));
}

void remove_abandoned_folders() {
    std::error_code ignored;
    std::vector<fs::path> abandoned;
    for (fs::directory_iterator entry(fs::temp_directory_path(ignored), ignored), end; entry != end;
         entry.increment(ignored))
        if (is_abandoned(entry->path()))
            abandoned.push_back(entry->path());
    for (const auto& path : abandoned) {
        open_folders(path);
        fs::remove_all(path, ignored);
    }
}

TemporaryFolder::TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / temporary_prefix).string() + "XXXXXX";
    if (::mkdtemp(name.data()) == nullptr)
        fail("make folder", name);
    path_ = name;
    lock_ = ::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    // On a file system without locks no process gets one, and what is left stays.
    if (lock_ >= 0)
        ::flock(lock_, LOCK_EX | LOCK_NB);
}

TemporaryFolder::~TemporaryFolder() {
    try {
        remove_tree(path_);
    } catch (const Error&) { // NOLINT(bugprone-empty-catch): a later process tries again
    }
    if (lock_ >= 0)
        ::close(lock_);
}

} // namespace rdvc::base
