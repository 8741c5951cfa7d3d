#include "core/fft/panel_fft.h"

#include "core/error.h"
#include "core/fft/fft_wisdom.h"
#include "core/fft/fftw.h"

#include <mutex>
#include <type_traits>

namespace tessera {
namespace {

using FftwPlan = std::remove_pointer_t<TESSERA_FFTW(plan)>;
using FftwComplex = TESSERA_FFTW(complex);

// FFTW's planner keeps process-wide wisdom and must not be entered twice. Recursive: a plan that is replaced is destroyed.
std::recursive_mutex& planner() {
    static std::recursive_mutex mutex;
    return mutex;
}

struct DestroyPlan {
    void operator()(FftwPlan* plan) const {
        std::scoped_lock const lock(planner());
        TESSERA_FFTW(destroy_plan)(plan);
    }
};
struct FreeFftw {
    void operator()(void* memory) const { TESSERA_FFTW(free)(memory); }
};

FftwComplex* fftw(complex* c) { return reinterpret_cast<FftwComplex*>(c); }

} // namespace

struct PanelFft::Plans {
    index_t n, width;
    std::unique_ptr<FftwPlan, DestroyPlan> forward, backward;
};

PanelFft::PanelFft(index_t n, index_t width) : plans_(std::make_unique<Plans>()) {
    plans_->n = n;
    plans_->width = width;
    std::unique_ptr<void, FreeFftw> const panel(TESSERA_FFTW(malloc)(static_cast<std::size_t>(n * width) * sizeof(complex)));
    int const length = static_cast<int>(n), stride = static_cast<int>(width);
    auto* const data = static_cast<FftwComplex*>(panel.get());
    auto const plan = [&](int sign, unsigned flags) {
        return TESSERA_FFTW(
            plan_many_dft)(1, &length, stride, data, nullptr, stride, 1, data, nullptr, stride, 1, sign, FFTW_MEASURE | flags);
    };
    std::scoped_lock const lock(planner());
    auto const known = [&] { // FFTW gives no plan where it would have to measure
        plans_->forward.reset(plan(FFTW_FORWARD, FFTW_WISDOM_ONLY));
        plans_->backward.reset(plan(FFTW_BACKWARD, FFTW_WISDOM_ONLY));
        return plans_->forward && plans_->backward;
    };
    if (known()) return;
    load_wisdom();
    if (known()) return;
    plans_->forward.reset(plan(FFTW_FORWARD, 0));
    plans_->backward.reset(plan(FFTW_BACKWARD, 0));
    require(plans_->forward && plans_->backward, "fft: FFTW cannot plan length {} with {} columns", n, width);
    save_wisdom();
}

PanelFft::~PanelFft() = default;
PanelFft::PanelFft(PanelFft&&) noexcept = default;
PanelFft& PanelFft::operator=(PanelFft&&) noexcept = default;

index_t PanelFft::n() const { return plans_->n; }
index_t PanelFft::width() const { return plans_->width; }
void PanelFft::forward(complex* panel) const { TESSERA_FFTW(execute_dft)(plans_->forward.get(), fftw(panel), fftw(panel)); }
void PanelFft::backward(complex* panel) const { TESSERA_FFTW(execute_dft)(plans_->backward.get(), fftw(panel), fftw(panel)); }

index_t PanelFft::good_length(index_t n) {
    if (n <= 1) return 1;
    for (index_t m = n + n % 2;; m += 2) {
        index_t rest = m;
        for (index_t const p : {2, 3, 5, 7})
            while (rest % p == 0) rest /= p;
        if (rest == 1) return m;
    }
}

} // namespace tessera
