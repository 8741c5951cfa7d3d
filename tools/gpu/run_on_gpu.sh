#!/usr/bin/env bash
# In an unpacked bundle (tools/gpu/bundle.sh): runs all tests with the GPU among their devices, then the demo, a small training and the
# benchmarks on cpu and cuda. Everything goes to $OUT, or gpu-results beside the bundle; a table of what passed comes last.
# Without a GPU it runs on the CPU, and says so. Takes minutes; STEP_LIMIT bounds each step in seconds (default 240).
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${OUT:-$here/../gpu-results}
limit=${STEP_LIMIT:-240}
mkdir -p "$out" "$(cat "$here/build_folder")" || exit 1
out=$(cd "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The programs find what the bundle carries by themselves. CUDA's libraries are the machine's and not always where its loader looks:
# in the toolkit's folder, or in those of the Python packages of a framework. cuDNN loads the last two itself.
for library in 'libcufft.so.1[123]' 'libcudnn.so.9' 'libcublasLt.so.1[234]' 'libnvrtc.so.1[234]'; do
    ldconfig -p 2>/dev/null | grep -q "$library" && continue
    found=$(find /usr/local /opt /usr/lib -name "$library" -print 2>/dev/null | sort | tail -1) # the newest
    [ -n "$found" ] && export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}${found%/*}
done
export TESSERA_CACHE=$work OMP_WAIT_POLICY=passive
cd "$work" || exit 1
cp -r "$here/configs" .
echo '{"input": "out/demo/scan.h5", "output": "out/recon"}' >recon.json
cat >train.json <<'END'
{
    "output": "out/training",
    "data": {"train": ["out/train_1.h5", "out/train_2.h5"]},
    "model": {"unrolls": 4, "network": {"resnet3d": {"channels": 16, "blocks": 1}}},
    "memory": {"patch": [32, 32, 32], "checkpoints": "host"},
    "steps": 10
}
END

table=()
failed=0
# step NAME COMMAND...: its output goes to the log, its result into the table
step() {
    local name=$1 start=$SECONDS status=0 note
    shift
    { echo; echo "==== $name: $*"; timeout "$limit" "$@" 2>&1; } >"$work/step" || status=$?
    note=$(grep -E '^(test cases:|All tests passed|NRMSE|terminate called|error:|relative difference)|, peak |failed to run|error while loading' "$work/step" | tail -1)
    tee -a "$out/log.txt" <"$work/step"
    [ "$status" -eq 124 ] && note="stopped after $limit s"
    [ "$status" -eq 0 ] || failed=$((failed + 1))
    table+=("$(printf '%-28s %-8s %4d s  %s' "$name" "$([ "$status" -eq 0 ] && echo ok || echo "failed")" $((SECONDS - start)) "$note")")
}

: >"$out/log.txt"
gpu=no
devices=(cpu)
{ echo "Tessera $(cat "$here/version")"; nproc; free -g | head -2; } >>"$out/log.txt"
if command -v nvidia-smi >/dev/null && nvidia-smi -L >>"$out/log.txt" 2>&1; then
    nvidia-smi >>"$out/log.txt"
    gpu=$(nvidia-smi --query-gpu=name,driver_version --format=csv,noheader | head -1)
fi
bench=("$here/bin/tessera-bench" nufft configs/bench/nufft.json)
tiny=(--set 'matrix=[16,16,16]' --set trajectory.readouts=100 --set trajectory.samples=16 --set repeats=1)
if [ "$gpu" != no ]; then
    step "cuda device opens" "${bench[@]}" "${tiny[@]}" --set device=cuda
    devices+=(cuda)
fi

for program in kernels core nn recon; do step "test_$program" "$here/bin/test_$program"; done

step "simulate" "$here/bin/tessera-simulate" configs/demo/simulate.json
for device in "${devices[@]}"; do
    step "cg-sense on $device" "$here/bin/tessera-recon" recon.json --set "device=$device" --set "output=out/recon_$device"
done
for scan in 1 2; do
    step "simulate for training, $scan" "$here/bin/tessera-simulate" configs/demo/simulate.json --set 'simulation.matrix=[64,48,64]' \
        --set "simulation.seed=$scan" --set "output=out/train_$scan.h5"
done
for device in "${devices[@]}"; do
    step "training on $device, 10 steps" "$here/bin/tessera-train" train.json --set "device=$device" --set "output=out/training_$device"
    step "gradients on $device" "$here/bin/tessera-train" train.json --set "device=$device" --check-gradients
done
for device in "${devices[@]}"; do
    step "bench on $device, 64^3" "${bench[@]}" --set "device=$device" --set 'matrix=[64,64,64]' --set trajectory.readouts=5000 \
        --set trajectory.samples=64 --set repeats=5 --set toeplitz=true
done
if [ "$gpu" != no ]; then
    for coils in 1 8; do step "bench on cuda, 128^3, $coils coils" "${bench[@]}" --set device=cuda --set "coils=$coils" --set toeplitz=true; done
fi
for device in "${devices[@]}"; do
    cp "out/recon_$device/views.png" "$out/views_$device.png" 2>/dev/null
    cp "out/training_$device/metrics.csv" "$out/training_$device.csv" 2>/dev/null
done

{
    echo
    if [ "$gpu" = no ]; then
        echo "NO GPU IS SEEN HERE: nothing below ran on one"
    else
        echo "GPU: $gpu"
    fi
    printf '%s\n' "${table[@]}"
    echo "$failed of ${#table[@]} steps failed; log: $out/log.txt"
} | tee "$out/summary.txt"
[ "$failed" -eq 0 ]
