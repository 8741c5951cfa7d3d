// Convolutions on a GPU by cuDNN, with channels innermost ("NHWC" with one more axis).
#include "nn/convolution/algorithm_choice.h"
#include "nn/convolution/convolution.h"

#include "kernels/network/add_bias.h"
#include "kernels/network/convolution_weights.h"

#include <array>
#include <cudnn.h>
#include <map>
#include <optional>
#include <vector>

namespace tessera::convolution::cuda {
namespace {

void check(cudnnStatus_t status, char const* what) {
    if (status != CUDNN_STATUS_SUCCESS) fail("convolution: {}: {}", what, cudnnGetErrorString(status));
}

// Owns one object of the library.
template <class T, auto Create, auto Destroy> class Owned {
public:
    Owned() { check(Create(&handle_), "creating a cuDNN object"); }
    Owned(Owned const&) = delete;
    Owned& operator=(Owned const&) = delete;
    ~Owned() { (void)Destroy(handle_); }
    operator T() const { return handle_; }

private:
    T handle_{};
};
using Handle = Owned<cudnnHandle_t, cudnnCreate, cudnnDestroy>;
using TensorDescriptor = Owned<cudnnTensorDescriptor_t, cudnnCreateTensorDescriptor, cudnnDestroyTensorDescriptor>;
using FilterDescriptor = Owned<cudnnFilterDescriptor_t, cudnnCreateFilterDescriptor, cudnnDestroyFilterDescriptor>;
using ConvolutionDescriptor = Owned<cudnnConvolutionDescriptor_t, cudnnCreateConvolutionDescriptor, cudnnDestroyConvolutionDescriptor>;

constexpr cudnnDataType_t kType = sizeof(real) == 4 ? CUDNN_DATA_FLOAT : CUDNN_DATA_DOUBLE;
constexpr std::size_t kModest = 1u << 30; // bytes of workspace; larger ones are for shapes that have no other algorithm

template <class Algorithm> struct Choice {
    Algorithm algorithm;
    std::size_t workspace;
    cudnnMathType_t math;
};

// Descriptors of one shape, and the algorithms chosen for it.
struct Plan {
    explicit Plan(ConvolutionShape const& s) : shape(s) {
        describe(x, s.input, s.in);
        describe(y, s.output(), s.out);
        std::array<int, 5> const bias_shape{1, static_cast<int>(s.out), 1, 1, 1};
        check(cudnnSetTensorNdDescriptorEx(bias, CUDNN_TENSOR_NHWC, kType, 5, bias_shape.data()), "describing the bias");
        int const k = static_cast<int>(s.filter);
        std::array<int, 5> const weight_shape{static_cast<int>(s.out), static_cast<int>(s.in), k, k, k};
        check(cudnnSetFilterNdDescriptor(w, kType, CUDNN_TENSOR_NHWC, 5, weight_shape.data()), "describing the weights");
        std::array<int, 3> pad, stride, dilation{1, 1, 1};
        pad.fill((k - 1) / 2);
        stride.fill(static_cast<int>(s.stride));
        check(cudnnSetConvolutionNdDescriptor(convolution, 3, pad.data(), stride.data(), dilation.data(), CUDNN_CROSS_CORRELATION, kType),
            "describing the convolution");
    }

    ConvolutionShape shape;
    TensorDescriptor x, y, bias;
    FilterDescriptor w;
    ConvolutionDescriptor convolution;
    std::optional<Choice<cudnnConvolutionFwdAlgo_t>> forward;
    std::optional<Choice<cudnnConvolutionBwdDataAlgo_t>> data;
    std::optional<Choice<cudnnConvolutionBwdFilterAlgo_t>> weights;

private:
    static void describe(cudnnTensorDescriptor_t descriptor, Matrix const& m, index_t channels) {
        std::array<int, 5> const shape{1, static_cast<int>(channels), static_cast<int>(m[0]), static_cast<int>(m[1]),
            static_cast<int>(m[2])};
        check(cudnnSetTensorNdDescriptorEx(descriptor, CUDNN_TENSOR_NHWC, kType, 5, shape.data()), "describing a feature map");
    }
};

struct Plans {
    explicit Plans(Stream stream) { check(cudnnSetStream(handle, static_cast<cudaStream_t>(stream.handle)), "setting the stream"); }

    Plan& of(ConvolutionShape const& s) {
        auto& plan = plans[s];
        if (!plan) plan = std::make_unique<Plan>(s);
        return *plan;
    }

    Handle handle;
    std::map<ConvolutionShape, std::unique_ptr<Plan>> plans;
};

// The fastest algorithm by cuDNN's heuristics that gives the same bits every time in the precision of the context. `ask` fills results and
// their number, `measure` says how much workspace an algorithm takes in the precision that is set.
template <class Performance, class Algorithm, class Ask, class Measure>
Choice<Algorithm> choose(Context const& context, Plan const& plan, char const* what, Ask const& ask, Measure const& measure) {
    auto const& s = plan.shape;
    bool const rounded = context.resource<PrecisionChoice>().precision == Precision::tf32;
    auto const math = rounded ? CUDNN_DEFAULT_MATH : CUDNN_FMA_MATH;
    check(cudnnSetConvolutionMathType(plan.convolution, math), "setting the precision");
    std::array<Performance, 16> results;
    int count = 0;
    check(ask(static_cast<int>(results.size()), &count, results.data()), what);
    std::vector<Candidate> candidates;
    for (int i = 0; i < count; ++i) {
        auto const& r = results[static_cast<std::size_t>(i)];
        // Its time and determinism are those of its own precision, which is one that the setting allows: full precision always is.
        bool const wanted = r.mathType == math || r.mathType == CUDNN_FMA_MATH;
        Candidate c{r.status == CUDNN_STATUS_SUCCESS, r.determinism == CUDNN_DETERMINISTIC, wanted, 0};
        if (c.works && wanted) {
            check(cudnnSetConvolutionMathType(plan.convolution, r.mathType), "setting the precision");
            c.works = measure(r.algo, &c.workspace) == CUDNN_STATUS_SUCCESS;
        }
        candidates.push_back(c);
    }
    auto const chosen = convolution::choose(candidates, kModest);
    require(chosen.has_value(),
        "convolution, {}: cuDNN has no reproducible algorithm in {} for {} to {} channels, filter {}, stride {} on {} x {} x {} voxels",
        what, rounded ? "TF32" : "float32", s.in, s.out, s.filter, s.stride, s.input[0], s.input[1], s.input[2]);
    return {results[*chosen].algo, candidates[*chosen].workspace, results[*chosen].mathType};
}

Tensor<std::byte> workspace(Context const& context, std::size_t bytes) { return {context, {static_cast<index_t>(bytes)}}; }

// [out, in, taps] to [out, taps, in].
Tensor<real> channels_last(ConvolutionShape const& s, Tensor<real> const& w) {
    index_t const taps = s.filter * s.filter * s.filter;
    Tensor<real> result(w.context(), {s.out, taps, s.in});
    enqueue(w.stream(), SwapLastAxes{w.reshape({s.out, s.in, taps}).view<3>(), result.view<3>()});
    return result;
}

real const kOne = 1, kZero = 0;

} // namespace

void forward(ConvolutionShape const& s, Tensor<real> const& x, Tensor<real> const& w, Tensor<real> const& bias, Tensor<real> const& y) {
    auto& plans = y.context().resource<Plans>();
    auto& plan = plans.of(s);
    if (!plan.forward)
        plan.forward = choose<cudnnConvolutionFwdAlgoPerf_t, cudnnConvolutionFwdAlgo_t>(
            y.context(), plan, "forward",
            [&](int most, int* count, auto* results) {
                return cudnnGetConvolutionForwardAlgorithm_v7(plans.handle, plan.x, plan.w, plan.convolution, plan.y, most, count, results);
            },
            [&](auto algorithm, std::size_t* bytes) {
                return cudnnGetConvolutionForwardWorkspaceSize(plans.handle, plan.x, plan.w, plan.convolution, plan.y, algorithm, bytes);
            });
    check(cudnnSetConvolutionMathType(plan.convolution, plan.forward->math), "setting the precision");
    auto const weights = channels_last(s, w);
    auto const work = workspace(y.context(), plan.forward->workspace);
    if (rehearsed(s, y.stream())) return;
    check(cudnnConvolutionForward(plans.handle, &kOne, plan.x, x.data(), plan.w, weights.data(), plan.convolution, plan.forward->algorithm,
              work.data(), work.bytes(), &kZero, plan.y, y.data()),
        "forward");
    if (bias.size()) enqueue(y.stream(), AddBias{bias.flat(), y.reshape({y.size() / s.out, s.out}).view<2>()});
}

void backward_data(ConvolutionShape const& s, Tensor<real> const& w, Tensor<real> const& gy, Tensor<real> const& gx) {
    auto& plans = gy.context().resource<Plans>();
    auto& plan = plans.of(s);
    if (!plan.data)
        plan.data = choose<cudnnConvolutionBwdDataAlgoPerf_t, cudnnConvolutionBwdDataAlgo_t>(
            gy.context(), plan, "gradient of the input",
            [&](int most, int* count, auto* results) {
                return cudnnGetConvolutionBackwardDataAlgorithm_v7(plans.handle, plan.w, plan.y, plan.convolution, plan.x, most, count,
                    results);
            },
            [&](auto algorithm, std::size_t* bytes) {
                return cudnnGetConvolutionBackwardDataWorkspaceSize(plans.handle, plan.w, plan.y, plan.convolution, plan.x, algorithm,
                    bytes);
            });
    check(cudnnSetConvolutionMathType(plan.convolution, plan.data->math), "setting the precision");
    auto const weights = channels_last(s, w);
    auto const work = workspace(gy.context(), plan.data->workspace);
    if (rehearsed(s, gy.stream())) return;
    check(cudnnConvolutionBackwardData(plans.handle, &kOne, plan.w, weights.data(), plan.y, gy.data(), plan.convolution,
              plan.data->algorithm, work.data(), work.bytes(), &kZero, plan.x, gx.data()),
        "gradient of the input");
}

void backward_weights(ConvolutionShape const& s, Tensor<real> const& x, Tensor<real> const& gy, Tensor<real> const& gw,
    Tensor<real> const& gbias) {
    auto& plans = gy.context().resource<Plans>();
    auto& plan = plans.of(s);
    if (!plan.weights)
        plan.weights = choose<cudnnConvolutionBwdFilterAlgoPerf_t, cudnnConvolutionBwdFilterAlgo_t>(
            gy.context(), plan, "gradient of the weights",
            [&](int most, int* count, auto* results) {
                return cudnnGetConvolutionBackwardFilterAlgorithm_v7(plans.handle, plan.x, plan.y, plan.convolution, plan.w, most, count,
                    results);
            },
            [&](auto algorithm, std::size_t* bytes) {
                return cudnnGetConvolutionBackwardFilterWorkspaceSize(plans.handle, plan.x, plan.y, plan.convolution, plan.w, algorithm,
                    bytes);
            });
    check(cudnnSetConvolutionMathType(plan.convolution, plan.weights->math), "setting the precision");
    index_t const taps = s.filter * s.filter * s.filter;
    Tensor<real> const found(gy.context(), {s.out, taps, s.in});
    auto const work = workspace(gy.context(), plan.weights->workspace);
    if (rehearsed(s, gy.stream())) return;
    check(cudnnConvolutionBackwardFilter(plans.handle, &kOne, plan.x, x.data(), plan.y, gy.data(), plan.convolution,
              plan.weights->algorithm, work.data(), work.bytes(), &kZero, plan.w, found.data()),
        "gradient of the weights");
    enqueue(gw.stream(), SwapLastAxes{found.view<3>(), gw.reshape({s.out, s.in, taps}).view<3>(), true});
    if (gbias.size())
        check(cudnnConvolutionBackwardBias(plans.handle, &kOne, plan.y, gy.data(), &kOne, plan.bias, gbias.data()), "gradient of the bias");
}

} // namespace tessera::convolution::cuda
