#include "kernels/arrays/copy_box.h"

#include "kernels/divisor.h"
#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, CopyBox const& k) {
    Indices<3> const indices(k.extent);
    for_each(stream, k.extent[0] * k.extent[1] * k.extent[2], TESSERA_LAMBDA(index_t i) {
        auto const [z, y, x] = indices(i);
        complex const value = k.from(k.from_at[0] + z, k.from_at[1] + y, k.from_at[2] + x);
        complex& to = k.to(k.to_at[0] + z, k.to_at[1] + y, k.to_at[2] + x);
        to = k.add ? to + value : value;
    });
}

} // namespace tessera
