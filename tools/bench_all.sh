#!/bin/bash
# Makes the tables of docs/benchmarks.md: tools/bench_all.sh [folder of the build, build/cpu], in about ten minutes on two idle cores.
# FINUFFT's wheel is installed into build/peers for the comparison; it is no part of Tessera.
set -eu
source "$(dirname "$0")/environment.sh"
build=${1:-build/cpu}
bench=$build/tools/tessera-bench
export OMP_WAIT_POLICY=passive # threads that spin while they wait would count as CPU time

[ -x build/peers/bin/python ] || python3 -m venv build/peers
build/peers/bin/python -c 'import finufft' 2>/dev/null || build/peers/bin/pip install --quiet finufft numpy

title() { echo; echo "==== $*"; }
case128=(--matrix 128 --readouts 20000 --samples 128)
case192=(--matrix 192 --readouts 31250 --samples 192)

title "The NUFFT by oversampling"
for coils in 8 1; do "$bench" nufft configs/bench/nufft.json --coils $coils; done

for coils in 8 20 1; do
    title "Beside FINUFFT: 128^3, $coils coils"
    build/peers/bin/python tools/bench_finufft.py "$bench" configs/bench/nufft.json "${case128[@]}" --coils $coils --oversampling 0
done
for coils in 8 1; do
    title "Beside FINUFFT: 192^3, $coils coils"
    build/peers/bin/python tools/bench_finufft.py "$bench" configs/bench/nufft.json "${case192[@]}" --coils $coils --oversampling 0 --rounds 3
done

title "Set-up: planning, density compensation, maps"
"$bench" plan "${case128[@]}"
"$bench" density "${case128[@]}" --repeats 3
"$bench" maps "${case128[@]}" --coils 8 --repeats 3

title "The transform of the oversampled grid"
"$bench" fft --matrix 128 --coils 8

title "The normal operator"
"$bench" normal "${case128[@]}" --coils 8 --repeats 3

title "Networks"
"$bench" conv --matrix 64
"$bench" train-step --matrix 64 --readouts 4000 --samples 64 --coils 4 --repeats 3

title "From file to image"
scan=out/bench/scan.h5
[ -f $scan ] || "$build/tools/tessera-simulate" configs/simulate/koosh_ball_golden.json --quiet --set output=$scan --set 'simulation.matrix=[128,128,128]' \
    --set simulation.coils.coils=8 --set simulation.trajectory.readouts=20312 --set simulation.trajectory.samples=128
echo '{"input": "'$scan'", "output": "out/bench/image", "method": "gridding"}' >out/bench/recon.json
for method in gridding cg-sense l1-wavelet; do "$bench" recon out/bench/recon.json --quiet --set method=$method; done
