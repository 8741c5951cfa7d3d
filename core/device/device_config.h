// Where a program computes, as its configuration says.
#pragma once

#include "core/config/config.h"
#include "kernels/types.h"

namespace tessera {

struct DeviceConfig {
    std::string device = "auto";
    std::optional<double> memory_limit_gib, host_limit_gib;
    std::optional<index_t> threads;
    bool tf32 = false;

    void describe(ConfigVisitor& v) {
        v("device", device, "Where to compute; auto takes a GPU where there is one.", {.one_of = {"auto", "cpu", "cuda", "simt"}});
        v("memory_limit_gib", memory_limit_gib, "Device memory that may be used; null: all there is.", {.above = 0, .max = 1e6});
        v("host_limit_gib", host_limit_gib, "Host memory that may be used; null: all there is.", {.above = 0, .max = 1e6});
        v("threads", threads, "CPU threads; null: as many as processors.", {.min = 1, .max = 1024});
        v("tf32", tf32, "On a GPU: convolutions with factors rounded to 10 bits of mantissa, which is faster; false: in float32.");
    }
};

} // namespace tessera
