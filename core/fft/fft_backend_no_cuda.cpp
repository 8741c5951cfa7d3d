#include "core/error.h"
#include "core/fft/fft_backend.h"

namespace tessera::backend {

struct CudaFft::Impl {};
CudaFft::CudaFft(Context const&, Matrix, index_t) { fail("this build has no cuda backend (configure with TESSERA_CUDA=ON)"); }
CudaFft::~CudaFft() = default;
void CudaFft::execute(complex*, bool) const {}

} // namespace tessera::backend
