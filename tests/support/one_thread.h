// For tests of so little work that threads would wait for one another longer than they compute.
#pragma once

#include <omp.h>

namespace tessera::test {

/// OpenMP uses one thread while it lives.
class OneThread {
public:
    OneThread() { omp_set_num_threads(1); }
    ~OneThread() { omp_set_num_threads(before_); }
    OneThread(OneThread const&) = delete;
    OneThread& operator=(OneThread const&) = delete;

private:
    int before_ = omp_get_max_threads();
};

} // namespace tessera::test
