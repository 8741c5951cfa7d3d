#include "tests/fuzz/targets.h"

#include "core/config/config.h"
#include "core/config/json_watch.h"
#include "core/files/manifest.h"
#include "nn/weights/safetensors.h"
#include "recon/formats/cfl.h"
#include "recon/formats/ismrmrd/ismrmrd_header.h"
#include "recon/formats/nifti/nifti.h"
#include "recon/formats/numpy/npy_array.h"
#include "recon/formats/read.h"
#include "recon/formats/write.h"
#include "tests/support/temporary_folder.h"

#include <fstream>
#include <stdexcept>
#include <sys/mman.h>
#include <unistd.h>

namespace tessera::fuzz {

namespace fs = std::filesystem;

namespace {

/// Bytes as a file that is nowhere but in memory.
class MemoryFile {
public:
    explicit MemoryFile(Bytes bytes) : descriptor_(::memfd_create("fuzz", 0)) {
        if (descriptor_ < 0 || ::write(descriptor_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
            throw std::runtime_error("no memory file");
    }
    ~MemoryFile() { ::close(descriptor_); }
    MemoryFile(MemoryFile const&) = delete;
    MemoryFile& operator=(MemoryFile const&) = delete;
    fs::path path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

private:
    int descriptor_;
};

std::string text_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

void write_text(fs::path const& path, std::string const& text) { std::ofstream(path, std::ios::binary) << text; }

/// What a user may be told ends nothing; all else does.
template <class F> void tolerant(F const& f) {
    try {
        f();
    } catch (Error const&) {}
}

/// One field of every kind that configurations have.
struct AnyConfig {
    struct Inner {
        std::string name;
        double value = 1;
        void describe(ConfigVisitor& v) {
            v("name", name, "");
            v("value", value, "", {.above = 0, .max = 10});
        }
    };
    index_t count = 1;
    std::uint64_t seed = 1;
    bool flag = false;
    std::optional<double> number;
    std::array<index_t, 3> matrix{1, 1, 1};
    std::vector<Inner> list;
    std::map<std::string, std::string> table;
    std::filesystem::path path;
    TrajectoryUnits units = TrajectoryUnits::automatic;
    void describe(ConfigVisitor& v) {
        v("count", count, "", {.min = 1, .max = 100});
        v("seed", seed, "");
        v("flag", flag, "");
        v("number", number, "", {.min = 0});
        v("matrix", matrix, "", {.min = 1});
        v("list", list, "");
        v("table", table, "");
        v("path", path, "");
        v("units", units, "");
    }
};

// The text up to a line break is the file, each further line an override.
void read_config_bytes(Bytes bytes) {
    std::string const all = text_of(bytes);
    std::vector<std::string> overrides;
    auto end = std::min(all.find('\n'), all.size());
    std::string const text = all.substr(0, end);
    while (end < all.size() && overrides.size() < 4) {
        auto const next = std::min(all.find('\n', end + 1), all.size());
        overrides.push_back(all.substr(end + 1, next - end - 1));
        end = next;
    }
    tolerant([&] {
        auto const config = parse_config<AnyConfig>(text, "fuzz.json", overrides);
        parse_config<AnyConfig>(config_json(config), "again.json"); // what was read can be written and read
    });
}

void read_safetensors_bytes(Bytes bytes) {
    MemoryFile const file(bytes);
    tolerant([&] {
        Safetensors const tensors(file.path());
        for (auto const& entry : tensors.entries()) tolerant([&] { tensors.read(Context(), entry); });
    });
}

void read_nifti_bytes(Bytes bytes) {
    MemoryFile const file(bytes);
    tolerant([&] { read_nifti(Context(), file.path()); });
}

// The header up to a byte 0, then the data.
void read_cfl_bytes(Bytes bytes) {
    static test::TemporaryFolder const folder;
    auto const zero = std::find(bytes.begin(), bytes.end(), 0);
    write_text(folder / "a.hdr", std::string(bytes.begin(), zero));
    write_text(folder / "a.cfl", std::string(zero == bytes.end() ? zero : zero + 1, bytes.end()));
    tolerant([&] { read_cfl(Context(), folder / "a"); });
}

void read_npy_bytes(Bytes bytes) {
    static test::TemporaryFolder const folder;
    write_text(folder / "a.npy", text_of(bytes));
    tolerant([&] { read_npy_complex(Context(), folder / "a.npy"); });
    tolerant([&] { read_npy_real(Context(), folder / "a.npy"); });
}

void read_ismrmrd_xml(Bytes bytes) {
    tolerant([&] { parse_ismrmrd_header(text_of(bytes), "fuzz.xml"); });
    ismrmrd_study(text_of(bytes));
}

void read_scan(Bytes bytes) {
    MemoryFile const file(bytes);
    tolerant([&] { read_acquisition(file.path()); });
}

void read_record(Bytes bytes) {
    static test::TemporaryFolder const folder;
    write_text(folder / "config.json", text_of(bytes));
    files_of_run(folder.path());
}

void seed_config(fs::path const& folder) {
    write_text(folder / "all",
        R"({"count": 3, "seed": 18446744073709551615, "flag": true, "number": null, "matrix": [1, 2, 3], "list": [{"name": "a", )"
        R"("value": 2.5}], "table": {"a": "b"}, "path": "/x", "units": "cycles_per_fov"} // comment)");
    write_text(folder / "set", "{}\ncount=4\nlist.0.value=3\ntable.key=1\nmatrix=[4,4,4]");
}

void seed_safetensors(fs::path const& folder) {
    auto const values = Tensor<real>::zeros(Context(), {2, 3});
    write_safetensors(folder / "two", {{"a", values}, {"b.weight", Tensor<real>::zeros(Context(), {1})}}, {{"format", "x"}});
    write_safetensors(folder / "none", {}, {});
}

void seed_nifti(fs::path const& folder) {
    auto const volume = Tensor<real>::zeros(Context(), {2, 3, 4});
    write_nifti(folder / "plain.nii", volume, {{20, 30, 40}, {1, 2, 3}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}});
    write_nifti(folder / "packed.nii.gz", volume, {});
}

void seed_cfl(fs::path const& folder) { write_text(folder / "a", std::string("# Dimensions\n2 1 1 \n", 20) + std::string(1 + 16, '\0')); }

void seed_npy(fs::path const& folder) {
    auto const file = [](std::string header, std::size_t values) {
        header.resize(118, ' ');
        return std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + std::string(values, '\0');
    };
    write_text(folder / "complex", file("{'descr': '<c8', 'fortran_order': False, 'shape': (1, 2, 3), }", 48));
    write_text(folder / "real", file("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", 16));
}

void seed_xml(fs::path const& folder) {
    std::string const space =
        "<matrixSize><x>4</x><y>4</y><z>4</z></matrixSize><fieldOfView_mm><x>40</x><y>40.5</y><z>1e2</z></fieldOfView_mm>";
    write_text(folder / "header",
        "<ismrmrdHeader><encoding><encodedSpace>" + space + "</encodedSpace><reconSpace>" + space +
            "</reconSpace><trajectory>radial</trajectory></encoding></ismrmrdHeader>");
}

/// A scan of 3 readouts with every optional field.
Acquisition small_scan() {
    Context const host;
    auto const counted = [&](Shape const& shape) {
        Tensor<complex> const t(host, shape);
        for (index_t i = 0; i < t.size(); ++i) t.data()[i] = {static_cast<real>(i), 1};
        return t;
    };
    Acquisition a;
    a.kspace = counted({1, 3, 4});
    a.trajectory = Tensor<real>(host, {3, 4, 3});
    for (index_t i = 0; i < a.trajectory.size(); ++i) a.trajectory.data()[i] = static_cast<real>(i % 5 - 2);
    a.weights = Tensor<real>(host, {3, 4});
    for (real& w : a.weights->host()) w = 1;
    a.noise = counted({1, 5});
    a.maps = counted({1, 4, 4, 4});
    a.reference = counted({4, 4, 4});
    a.vessels = {{{1, 2, 3}, {4, 5, 6}, 2, 1}};
    a.matrix = {4, 4, 4};
    a.geometry.fov_mm = {40, 50, 60};
    a.source = "seed";
    return a;
}

void seed_tessera(fs::path const& folder) { write_acquisition(folder / "all", small_scan()); }
void seed_mri_raw(fs::path const& folder) { write_acquisition(folder / "all", small_scan(), "mri_raw"); }
void no_seeds(fs::path const&) {} // nothing here writes this: one that is right lies with the kept ones

} // namespace

std::vector<Target> const& targets() {
    static std::vector<Target> const all{{"config", read_config_bytes, seed_config},
        {"safetensors", read_safetensors_bytes, seed_safetensors}, {"nifti", read_nifti_bytes, seed_nifti},
        {"cfl", read_cfl_bytes, seed_cfl}, {"npy", read_npy_bytes, seed_npy}, {"ismrmrd_xml", read_ismrmrd_xml, seed_xml},
        {"run_record", read_record, seed_config}, {"tessera", read_scan, seed_tessera}, {"mri_raw", read_scan, seed_mri_raw},
        {"ismrmrd", read_scan, no_seeds}};
    return all;
}

Target const& target(std::string const& name) {
    for (auto const& t : targets())
        if (t.name == name) return t;
    throw std::invalid_argument("no fuzz target " + name);
}

} // namespace tessera::fuzz
