#include "core/device/backend.h"
#include "core/error.h"

namespace tessera::backend {
namespace {
[[noreturn]] void left_out() { throw Error("this build has no cuda backend (configure with TESSERA_CUDA=ON)"); }
} // namespace

bool has_cuda() { return false; }
int cuda_device_count() { return 0; }
std::string cuda_description() { return "this build has no cuda backend"; }

namespace cuda {
void* allocate(Stream, std::size_t) { left_out(); }
void deallocate(Stream, void*) noexcept {}
void copy(Stream, void*, void const*, std::size_t) { left_out(); }
void zero(Stream, void*, std::size_t) { left_out(); }
void synchronize(Stream) { left_out(); }
void wait(Stream, Stream) { left_out(); }
std::size_t free_memory() { left_out(); }
void* allocate_pinned(std::size_t) { left_out(); }
void deallocate_pinned(void*) noexcept {}
Stream create_stream() { left_out(); }
void destroy_stream(Stream) noexcept {}
} // namespace cuda

} // namespace tessera::backend
