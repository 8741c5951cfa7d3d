/* Preloaded by tools/faults.sh: the allocation number TESSERA_REFUSE of at least 4 KiB fails, as on a machine without memory. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

static int refused(size_t bytes) {
    static atomic_long count;
    static long wanted = -1;
    if (bytes < 4096) return 0;
    if (wanted < 0) wanted = getenv("TESSERA_REFUSE") ? atol(getenv("TESSERA_REFUSE")) : 0;
    return wanted > 0 && atomic_fetch_add(&count, 1) + 1 == wanted;
}

void* malloc(size_t bytes) {
    static void* (*next)(size_t);
    if (!next) next = (void* (*)(size_t))dlsym(RTLD_NEXT, "malloc");
    if (!refused(bytes)) return next(bytes);
    errno = ENOMEM;
    return NULL;
}

int posix_memalign(void** memory, size_t alignment, size_t bytes) {
    static int (*next)(void**, size_t, size_t);
    if (!next) next = (int (*)(void**, size_t, size_t))dlsym(RTLD_NEXT, "posix_memalign");
    return refused(bytes) ? ENOMEM : next(memory, alignment, bytes);
}

void* aligned_alloc(size_t alignment, size_t bytes) {
    static void* (*next)(size_t, size_t);
    if (!next) next = (void* (*)(size_t, size_t))dlsym(RTLD_NEXT, "aligned_alloc");
    if (!refused(bytes)) return next(alignment, bytes);
    errno = ENOMEM;
    return NULL;
}
