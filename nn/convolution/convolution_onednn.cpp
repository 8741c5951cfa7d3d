// Convolutions of the host by oneDNN, with channels innermost as the rest of nn/ has them.
#include "nn/convolution/convolution.h"

#include "kernels/arrays/arithmetic.h"

#include <dnnl.hpp>
#include <map>

namespace tessera::convolution::host {
namespace {

using dnnl::memory;

// The primitives of one shape. Making them takes longer than convolving a small patch.
struct Plan {
    dnnl::convolution_forward::primitive_desc forward;
    dnnl::convolution_backward_data::primitive_desc data;
    dnnl::convolution_backward_weights::primitive_desc weights;
};

class Plans {
public:
    explicit Plans(Stream) : engine(dnnl::engine::kind::cpu, 0), stream(engine) {}

    Plan const& of(ConvolutionShape const& s) {
        if (auto const found = plans_.find(s); found != plans_.end()) return found->second;
        return plans_.emplace(s, make(s)).first->second;
    }

    dnnl::engine engine;
    dnnl::stream stream;

private:
    Plan make(ConvolutionShape const& s) const {
        auto const map = [](Matrix const& m, index_t channels) {
            return memory::desc({1, channels, m[0], m[1], m[2]}, memory::data_type::f32, memory::format_tag::ndhwc);
        };
        auto const x = map(s.input, s.in), y = map(s.output(), s.out);
        memory::desc const w({s.out, s.in, s.filter, s.filter, s.filter}, memory::data_type::f32, memory::format_tag::any);
        memory::desc const bias({s.out}, memory::data_type::f32, memory::format_tag::a);
        memory::dims const stride(3, s.stride), left(3, (s.filter - 1) / 2);
        memory::dims right(3);
        for (std::size_t d = 0; d < 3; ++d) right[d] = (s.output()[d] - 1) * s.stride + s.filter - s.input[d] - left[d];
        auto const direct = dnnl::algorithm::convolution_direct;
        dnnl::primitive_attr attributes;
        attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user); // its memory is counted like all other
        using namespace dnnl;
        convolution_forward::primitive_desc const f(convolution_forward::desc(prop_kind::forward_training, direct, x, w, bias, y, stride,
                                                        left, right),
            attributes, engine);
        return {f, {convolution_backward_data::desc(direct, x, w, y, stride, left, right), attributes, engine, f},
            {convolution_backward_weights::desc(direct, x, w, bias, y, stride, left, right), attributes, engine, f}};
    }

    std::map<ConvolutionShape, Plan> plans_;
};

memory::desc plain_weights(ConvolutionShape const& s) {
    return {{s.out, s.in, s.filter, s.filter, s.filter}, memory::data_type::f32, memory::format_tag::oidhw};
}

// Memory of a tensor's context in the layout of a description.
struct Buffer {
    Buffer(Plans const& plans, Context const& context, memory::desc const& desc)
        : tensor(context, {static_cast<index_t>(desc.get_size() / sizeof(real) + 1)}), dnnl(desc, plans.engine, tensor.data()) {}
    Tensor<real> tensor;
    memory dnnl;
};

// w in the layout that a primitive wants.
Buffer arranged(Plans& plans, ConvolutionShape const& s, Tensor<real> const& w, memory::desc const& wanted) {
    Buffer buffer(plans, w.context(), wanted);
    if (w.context().rehearses()) return buffer;
    memory plain(plain_weights(s), plans.engine, w.data());
    dnnl::reorder(plain, buffer.dnnl).execute(plans.stream, plain, buffer.dnnl);
    return buffer;
}

template <class F> void reporting(char const* what, ConvolutionShape const& s, Context const& context, F const& f) {
    try {
        auto& plans = context.resource<Plans>();
        f(plans, plans.of(s));
        if (!context.rehearses()) plans.stream.wait();
    } catch (dnnl::error const& e) {
        fail("convolution, {}: oneDNN says \"{}\" for {} to {} channels on {} x {} x {} voxels", what, e.what(), s.in, s.out, s.input[0],
            s.input[1], s.input[2]);
    }
}

} // namespace

void forward(ConvolutionShape const& s, Tensor<real> const& x, Tensor<real> const& w, Tensor<real> const& bias, Tensor<real> const& y) {
    reporting("forward", s, y.context(), [&](Plans& plans, Plan const& plan) {
        auto const& p = plan.forward;
        auto const weights = arranged(plans, s, w, p.weights_desc());
        auto const none = bias.size() ? bias : Tensor<real>::zeros(y.context(), {s.out});
        Buffer const scratch(plans, y.context(), p.scratchpad_desc());
        if (rehearsed(s, y.stream())) return;
        dnnl::convolution_forward(p).execute(plans.stream,
            {{DNNL_ARG_SRC, {p.src_desc(), plans.engine, x.data()}}, {DNNL_ARG_WEIGHTS, weights.dnnl},
                {DNNL_ARG_BIAS, {p.bias_desc(), plans.engine, none.data()}}, {DNNL_ARG_DST, {p.dst_desc(), plans.engine, y.data()}},
                {DNNL_ARG_SCRATCHPAD, scratch.dnnl}});
    });
}

void backward_data(ConvolutionShape const& s, Tensor<real> const& w, Tensor<real> const& gy, Tensor<real> const& gx) {
    reporting("gradient of the input", s, gy.context(), [&](Plans& plans, Plan const& plan) {
        auto const& p = plan.data;
        auto const weights = arranged(plans, s, w, p.weights_desc());
        Buffer const scratch(plans, gy.context(), p.scratchpad_desc());
        if (rehearsed(s, gy.stream())) return;
        dnnl::convolution_backward_data(p).execute(plans.stream,
            {{DNNL_ARG_DIFF_SRC, {p.diff_src_desc(), plans.engine, gx.data()}}, {DNNL_ARG_WEIGHTS, weights.dnnl},
                {DNNL_ARG_DIFF_DST, {p.diff_dst_desc(), plans.engine, gy.data()}}, {DNNL_ARG_SCRATCHPAD, scratch.dnnl}});
    });
}

void backward_weights(ConvolutionShape const& s, Tensor<real> const& x, Tensor<real> const& gy, Tensor<real> const& gw,
    Tensor<real> const& gbias) {
    reporting("gradient of the weights", s, gy.context(), [&](Plans& plans, Plan const& plan) {
        auto const& p = plan.weights;
        Buffer found(plans, gy.context(), p.diff_weights_desc());
        Tensor<real> const bias(gy.context(), {s.out}), sum(gy.context(), gw.shape());
        Buffer const scratch(plans, gy.context(), p.scratchpad_desc());
        if (rehearsed(s, gy.stream())) return;
        dnnl::convolution_backward_weights(p).execute(plans.stream,
            {{DNNL_ARG_SRC, {p.src_desc(), plans.engine, x.data()}}, {DNNL_ARG_DIFF_WEIGHTS, found.dnnl},
                {DNNL_ARG_DIFF_BIAS, {p.diff_bias_desc(), plans.engine, bias.data()}},
                {DNNL_ARG_DIFF_DST, {p.diff_dst_desc(), plans.engine, gy.data()}}, {DNNL_ARG_SCRATCHPAD, scratch.dnnl}});
        memory plain(plain_weights(s), plans.engine, sum.data());
        dnnl::reorder(found.dnnl, plain).execute(plans.stream, found.dnnl, plain);
        plans.stream.wait();
        enqueue(gw.stream(), Axpby<real>{1, sum.flat(), 1, gw.flat()});
        if (gbias.size()) enqueue(gbias.stream(), Axpby<real>{1, bias.flat(), 1, gbias.flat()});
    });
}

} // namespace tessera::convolution::host
