#include "core/device.h"
#include "core/progress.h"
#include "core/bytes.h"
#include "recon/training/trainer.h"
#include "tools/program.h"
#include <omp.h>
using namespace tessera;
namespace {
void run(TrainingConfig const& config) {
    if (config.threads) omp_set_num_threads(static_cast<int>(*config.threads));
    Context const context(parse_device(config.device));
    Trainer trainer(context, config);
    std::filesystem::create_directories(config.output / "checkpoints");
    auto show = [&] {
        if (!trainer.has_validation()) return;
        auto v = trainer.validate();
        for (auto const& c : v.cases) {
            if (c.object) log_info("  step {} {}: {} | object {} seam {:.3f}", v.step, c.name, summary(*c.whole), summary(*c.object), c.seam);
            if (c.kspace_error) log_info("  step {} {}: kspace {:.4f} sense {:.4f}", v.step, c.name, *c.kspace_error, *c.kspace_error_sense);
        }
    };
    show();
    while (trainer.step_number() < config.steps) {
        auto r = trainer.step();
        log_info("step {} loss {:.5f} lr {:.2e} grad {:.3e} lambda {:.4f} cg {}/{:.1e} back {}/{:.1e} {:.2f} s {}", r.step, r.loss, r.learning_rate, r.gradient_norm, r.consistency[0], r.solver.forward_iterations, r.solver.forward, r.solver.backward_iterations, r.solver.backward, r.seconds, format_bytes(r.peak_bytes));
        if (r.step % config.validate_every == 0) show();
    }
    trainer.save_best(config.output / "checkpoints/best.safetensors");
}
}
int main(int argc, char** argv) { return program<TrainingConfig>("tessera-train", "Trains.", argc, argv, run); }
