// Preloaded by tools/faults.sh: allocation number TESSERA_REFUSE of those of at least 4 KiB that the program itself asks for fails,
// as on a machine without memory. Those of libraries succeed: HDF5 and oneDNN corrupt memory when theirs do not.
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <new>

namespace {

bool in_program(void const* caller) {
    Dl_info object{};
    return dladdr(caller, &object) && object.dli_fname && std::strstr(object.dli_fname, "tessera-") &&
        !std::strstr(object.dli_fname, ".so");
}

bool refused(std::size_t bytes, void const* caller) {
    static std::atomic<long> count{0};
    static long const wanted = std::getenv("TESSERA_REFUSE") ? std::atol(std::getenv("TESSERA_REFUSE")) : 0;
    return wanted > 0 && bytes >= 4096 && in_program(caller) && count.fetch_add(1) + 1 == wanted;
}

} // namespace

void* operator new(std::size_t bytes) {
    if (!refused(bytes, __builtin_return_address(0)))
        if (void* const memory = std::malloc(bytes ? bytes : 1)) return memory;
    throw std::bad_alloc();
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

extern "C" int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) noexcept {
    using Function = int (*)(void**, std::size_t, std::size_t);
    static auto const next = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "posix_memalign"));
    return refused(bytes, __builtin_return_address(0)) ? ENOMEM : next(memory, alignment, bytes);
}

extern "C" void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
    using Function = void* (*)(std::size_t, std::size_t);
    static auto const next = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "aligned_alloc"));
    return refused(bytes, __builtin_return_address(0)) ? nullptr : next(alignment, bytes);
}
