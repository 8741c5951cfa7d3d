#!/usr/bin/env bash
# In an unpacked bundle (tools/gpu/bundle.sh): what a GPU must show, the most valuable first. Needs no environment.
#
# Each result is in $OUT/summary.txt and, as a line of JSON, in $OUT/summary.jsonl as soon as it is there; what the steps print is in
# $OUT/log.txt. OUT is gpu-results beside the bundle where it is not set. All of it ends within DEADLINE seconds (540), each step within
# STEP_LIMIT (240); steps that no time is left for are listed. Without a GPU the same runs on the CPU, and the summary says so.
set -uo pipefail
export PATH=${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${OUT:-$here/../gpu-results}
deadline=${DEADLINE:-540}
limit=${STEP_LIMIT:-240}
mkdir -p "$out" && out=$(cd "$out" && pwd) || exit 1
: >"$out/summary.txt" >"$out/summary.jsonl" >"$out/log.txt"
say() { echo "$*" | tee -a "$out/summary.txt"; }
mkdir -p "$(cat "$here/build_folder")" || { say "tests cannot write to $(cat "$here/build_folder")"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The programs find what the bundle carries by themselves. CUDA's libraries are the machine's and not always where its loader looks:
# in the toolkit's folder, or in those of the Python packages of a framework. cuDNN loads the last two itself.
missing=()
for library in 'libcufft.so.1[123]' 'libcudnn.so.9' 'libcublasLt.so.1[234]' 'libnvrtc.so.1[234]'; do
    ldconfig -p 2>/dev/null | grep -q "$library" || missing+=(-o -name "$library")
done
if [ ${#missing[@]} -gt 0 ]; then
    found=$(find /usr/local /opt /usr/lib \( "${missing[@]:1}" \) -printf '%h\n' 2>/dev/null | sort -ru | paste -sd:) # the newest first
    export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$found
fi
export TESSERA_CACHE=$work OMP_WAIT_POLICY=passive
cd "$work" || exit 1
cp -r "$here/configs" .

steps=0 failed=0
# step NAME COMMAND...: runs it in what time is left and records the result
step() {
    local name=$1 start=$SECONDS status=0 note= word=ok left=$((deadline - SECONDS))
    shift
    steps=$((steps + 1))
    if [ "$left" -lt 5 ]; then
        word=omitted note="no time was left"
    else
        [ "$left" -gt "$limit" ] && left=$limit
        { echo; echo "==== $name: $*"; timeout -k 5 "$left" "$@" 2>&1; } >"$work/step" || status=$?
        cat "$work/step" >>"$out/log.txt"
        note=$(grep -E '^(test cases:|All tests passed|NRMSE|terminate called|error:|relative difference|GPU [0-9]| +(oversampling|toeplitz|[0-9.]+) )|, peak |failed to run|error while loading' "$work/step" |
            tail -6 | sed -E 's/^ +//; s/ +/ /g' | paste -sd '|')
        case $status in
        0) ;;
        124 | 137) word=failed note="stopped after $left s" ;;
        *) word=failed note="status $status${note:+: $note}" ;;
        esac
    fi
    [ "$word" = ok ] || failed=$((failed + 1))
    say "$(printf '%-32s %-8s %4d s  %s' "$name" "$word" $((SECONDS - start)) "$note")"
    printf '{"step": "%s", "device": "%s", "result": "%s", "seconds": %d, "note": "%s"}\n' "$name" "$device" "$word" $((SECONDS - start)) \
        "$(tr -d '\000-\037' <<<"$note" | sed 's/[\\"]/\\&/g')" >>"$out/summary.jsonl"
    [ "$word" = ok ]
}

say "Tessera $(cat "$here/version"), $(nproc) processors"
device=cuda
bench=("$here/bin/tessera-bench" nufft configs/bench/nufft.json)
tiny=(--set 'matrix=[16,16,16]' --set trajectory.readouts=100 --set trajectory.samples=16 --set repeats=1)
card=none
if command -v nvidia-smi >/dev/null && nvidia-smi -L >>"$out/log.txt" 2>&1; then
    card=$(nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader | head -1)
    nvidia-smi >>"$out/log.txt"
fi
if reason=$(timeout "$limit" "${bench[@]}" "${tiny[@]}" --set device=cuda 2>&1); then
    say "GPU: $card"
else
    echo "$reason" >>"$out/log.txt"
    device=cpu
    [ "$card" = none ] || say "The GPU does not open: $card: $(tail -1 <<<"$reason")"
    say "NO GPU IS SEEN HERE: nothing below ran on one"
fi
bench+=(--set "device=$device")
step "the device opens" "${bench[@]}" "${tiny[@]}"

export TESSERA_DEVICES=$device
for program in kernels core nn recon; do step "test_$program on $device" "$here/bin/test_$program"; done
unset TESSERA_DEVICES

step "NUFFT, 64^3, 8 coils" "${bench[@]}" --set 'matrix=[64,64,64]' --set trajectory.readouts=5000 --set trajectory.samples=64 \
    --set repeats=5 --set toeplitz=true
if [ "$device" = cuda ]; then
    for coils in 8 1; do step "NUFFT, 128^3, $coils coils" "${bench[@]}" --set "coils=$coils" --set toeplitz=true; done
fi

cat >train.json <<'JSON'
{
    "output": "out/training",
    "data": {"train": ["out/train_1.h5", "out/train_2.h5"]},
    "model": {"unrolls": 4, "network": {"resnet3d": {"channels": 16, "blocks": 1}}},
    "memory": {"patch": [32, 32, 32], "checkpoints": "host"},
    "steps": 10
}
JSON
for scan in 1 2; do
    step "simulate for training, $scan" "$here/bin/tessera-simulate" configs/demo/simulate.json --set 'simulation.matrix=[64,48,64]' \
        --set "simulation.seed=$scan" --set "output=out/train_$scan.h5"
done
step "training on $device, 10 steps" "$here/bin/tessera-train" train.json --set "device=$device" --set "output=out/training"
cp out/training/metrics.csv "$out/training.csv" 2>/dev/null
step "gradients on $device" "$here/bin/tessera-train" train.json --set "device=$device" --check-gradients

echo '{"input": "out/demo/scan.h5", "output": "out/recon"}' >recon.json
step "simulate the demo" "$here/bin/tessera-simulate" configs/demo/simulate.json
step "cg-sense on $device" "$here/bin/tessera-recon" recon.json --set "device=$device"
cp out/recon/views.png "$out/views.png" 2>/dev/null

say "$failed of $steps steps failed or were omitted in $SECONDS s; log: $out/log.txt"
[ "$failed" -eq 0 ]
