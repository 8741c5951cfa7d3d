#include "recon/formats/untrusted.h"

#include "core/device/backend.h"
#include "core/files/bytes.h"
#include "core/files/lock.h"
#include "recon/formats/write.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <omp.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tessera {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

/// A folder that only this user can read, removed with what is in it.
class PrivateFolder {
public:
    PrivateFolder() : path_(temporary_name(fs::temp_directory_path() / "tessera")) {
        fs::create_directory(path_);
        fs::permissions(path_, fs::perms::owner_all);
    }
    ~PrivateFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    PrivateFolder(PrivateFolder const&) = delete;
    PrivateFolder& operator=(PrivateFolder const&) = delete;
    fs::path operator/(char const* name) const { return path_ / name; }

private:
    fs::path path_;
};

std::uintmax_t size_of_process() {
    std::uintmax_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    return pages * static_cast<std::uintmax_t>(::sysconf(_SC_PAGESIZE));
}

void set_limit(int resource, rlim_t value) {
    rlimit const limit{value, value};
    ::setrlimit(static_cast<__rlimit_resource>(resource), &limit);
}

void write_result(fs::path const& path, Acquisition const& a) {
    write_acquisition(path, a);
    Json const said{{"format", a.format}, {"notes", a.notes}, {"warnings", a.warnings}, {"source", a.source}};
    std::ofstream(fs::path(path) += ".json") << said.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// All that the child does; never returns. Its status: 0 done, 1 refused with a sentence in `message`.
[[noreturn]] void child(fs::path const& path, ReadOptions const& options, ReadingLimits const& limits, fs::path const& result,
    fs::path const& message) {
    omp_set_num_threads(1);  // the threads of the parent are not here
    backend::release_kept(); // of the parent, beyond the limit
    set_limit(RLIMIT_AS, size_of_process() + limits.bytes);
    set_limit(RLIMIT_CORE, 0);
    for (int const signal : {SIGINT, SIGTERM, SIGALRM}) std::signal(signal, SIG_DFL);
    ::alarm(limits.seconds);
    int status = 1;
    try {
        write_result(result, read_acquisition(path, options));
        status = 0;
    } catch (std::bad_alloc const&) {
        std::ofstream(message) << path.string() << ": reading takes more than " << format_bytes(limits.bytes) << " of memory";
    } catch (std::exception const& e) {
        std::ofstream(message) << e.what();
    }
    ::_exit(status);
}

int wait_for(pid_t process) {
    int status = 0;
    while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {}
    return status;
}

} // namespace

ReadingLimits ReadingLimits::of(std::uintmax_t file_bytes) {
    return {(std::uintmax_t{2} << 30) + 8 * file_bytes, static_cast<unsigned>(60 + file_bytes / 10'000'000)};
}

Acquisition read_untrusted(fs::path const& path, ReadOptions options, ReadingLimits const& limits) {
    options.untrusted = false;
    PrivateFolder const folder;
    fs::path const result = folder / "result.h5", message = folder / "message";
    pid_t const process = ::fork();
    require(process >= 0, "{}: cannot start a process to read it: {}", path.string(), std::strerror(errno));
    if (process == 0) child(path, options, limits, result, message);
    int const status = wait_for(process);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) fail("{}: reading took more than {} s", path.string(), limits.seconds);
    if (WIFSIGNALED(status)) fail("{}: reading it failed: {} (a damaged file?)", path.string(), ::strsignal(WTERMSIG(status)));
    if (WEXITSTATUS(status) != 0) {
        std::string said;
        std::getline(std::ifstream(message), said, '\0');
        fail("{}", said.empty() ? path.string() + ": reading it failed (a damaged file?)" : said);
    }
    ReadOptions laundered;
    laundered.format = "tessera";
    auto a = read_acquisition(result, laundered);
    auto const said = Json::parse(std::ifstream(fs::path(result) += ".json"));
    said.at("format").get_to(a.format);
    said.at("notes").get_to(a.notes);
    said.at("warnings").get_to(a.warnings);
    said.at("source").get_to(a.source);
    return a;
}

} // namespace tessera
