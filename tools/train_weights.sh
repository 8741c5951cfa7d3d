#!/usr/bin/env bash
# Makes the weights that come with the program, from seeds: simulates the scans of configs/weights/scans.txt, trains, and compares on
# scans that training never saw. Run again, it goes on where it stopped.
#   tools/train_weights.sh                  procedural anatomy only
#   tools/train_weights.sh VOLUMES          also the volumes of this folder (NIfTI; which ones, and their licences: docs/model-card.md)
# Everything goes to out/weights/; how long each stage took is in out/weights/times.txt. configs/weights/*.safetensors is not touched.
set -euo pipefail
volumes=${1:-}
if [ -n "$volumes" ]; then volumes=$(cd "$volumes" && pwd); fi
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
tools/setup.sh

cmake --preset cpu -B build/weights -DTESSERA_TESTS=OFF >/dev/null
cmake --build build/weights
programs=$PWD/build/weights/tools
out=out/weights
mkdir -p "$out"/{train,validation,test}

# timed NAME COMMAND...
timed() {
    local start=$SECONDS
    "${@:2}"
    echo "$1: $((SECONDS - start)) s" | tee -a "$out/times.txt"
}

simulate_all() {
    local group name what seed matrix fov phase snr coils kind centre_out oversampling turns undersampling
    while read -r group name what seed matrix fov phase snr coils kind centre_out oversampling turns undersampling; do
        local scan=$out/$group/$name.h5 image=(--set simulation.anatomy="$what")
        if [ -e "$scan" ]; then continue; fi
        if [[ $what == *.nii.gz ]]; then
            if [ -z "$volumes" ]; then continue; fi
            image=(--set simulation.anatomy=file --set simulation.file="$volumes/$what")
        fi
        "$programs/tessera-simulate" configs/weights/simulate.json --quiet --set output="$out/unfinished.h5" "${image[@]}" \
            --set simulation.seed="$seed" --set simulation.matrix="$matrix" --set simulation.fov_mm="$fov" --set simulation.phase="$phase" \
            --set simulation.snr="$snr" --set simulation.coils.coils="$coils" --set simulation.trajectory.kind="$kind" \
            --set simulation.trajectory.centre_out="$centre_out" --set simulation.trajectory.readout_oversampling="$oversampling" \
            --set simulation.trajectory.turns="$turns" --set simulation.trajectory.undersampling="$undersampling"
        mv "$out/unfinished.h5" "$scan"
        mv "$out/unfinished.json" "${scan%.h5}.json"
    done < <(grep -vE '^(#|split)' configs/weights/scans.txt)
}

timed simulate simulate_all
timed "first steps" "$programs/tessera-train" configs/weights/first_steps.json --resume auto
timed train "$programs/tessera-train" configs/weights/train.json --resume auto
timed "train on" "$programs/tessera-train" configs/weights/train_on.json --resume auto
timed compare "$programs/tessera-compare" configs/weights/compare.json
echo "the weights are $out/run_on/checkpoints/best.safetensors, the comparison is $out/comparison/report.html"
