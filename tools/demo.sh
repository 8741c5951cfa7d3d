#!/usr/bin/env bash
# The whole job on simulated scans: simulates subjects, trains a network on some, reconstructs others with gridding, iterative
# SENSE at its best weight, and the network; prints a table. Everything goes to out/demo/, which is made anew.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
tools/setup.sh

echo "demo: building the programs"
cmake --preset cpu -B build/demo -DTESSERA_TESTS=OFF >/dev/null
cmake --build build/demo
programs=build/demo/tools
out=out/demo
rm -rf "$out"
mkdir -p "$out"/{train,validation,test}

run() {
    echo
    echo "demo: $*"
    "$programs/$1" "${@:2}"
}

# Subjects are told apart by their seeds: none is used twice.
for subject in train/{1..8} validation/9 test/{10,11}; do
    run tessera-simulate configs/demo/simulate.json --quiet --set output="$out/$subject.h5" --set simulation.seed="${subject#*/}"
done

run tessera-train configs/demo/first_steps.json
run tessera-train configs/demo/train.json

# quality FILE: "NRMSE PSNR SSIM HFEN" of the whole volume, as tessera-recon printed them
quality() { sed -nE 's/^NRMSE ([0-9.]+)  PSNR ([0-9.]+) dB  SSIM ([0-9.]+)  HFEN ([0-9.]+).*/\1 \2 \3 \4/p' "$1"; }

table="$out/table.md"
{
    echo "| subject | method | NRMSE | PSNR (dB) | SSIM | HFEN |"
    echo "|---|---|---|---|---|---|"
} >"$table"
for scan in "$out"/test/*.h5; do
    subject=$(basename "$scan" .h5)
    # row METHOD FOLDER [SETTINGS]: reconstructs and adds a line
    row() {
        local folder="$out/$subject/$2"
        run tessera-recon configs/demo/recon.json --quiet --set input="$scan" --set output="$folder" "${@:3}" | tee "$out/last.txt"
        read -r nrmse psnr ssim hfen <<<"$(quality "$out/last.txt")"
        echo "| $subject | $1 | $nrmse | $psnr | $ssim | $hfen |" >>"$out/rows.txt"
    }
    : >"$out/rows.txt"
    row gridding gridding --set method=gridding --set gridding.combine=maps
    cat "$out/rows.txt" >>"$table"
    # iterative SENSE: the Tikhonov weight with the highest PSNR
    : >"$out/rows.txt"
    for lambda in 0.1 0.2 0.4 0.8 1.6 3.2 6.4 12.8; do
        row "CG-SENSE, λ = $lambda" "cg-sense-$lambda" --set method=cg-sense --set cg.lambda="$lambda"
    done
    sort -t'|' -k5,5nr "$out/rows.txt" | head -1 >>"$table"
    : >"$out/rows.txt"
    row MBDL mbdl --set method=mbdl --set mbdl.weights="$out/run/checkpoints/best.safetensors"
    cat "$out/rows.txt" >>"$table"
done
rm -f "$out/rows.txt" "$out/last.txt"

echo
echo "demo: held-out subjects, magnitudes of the whole volume against the truth (the best λ of CG-SENSE is chosen with the truth)"
cat "$table"
echo
echo "demo: pictures are in $out/<subject>/<method>/views.png, curves and previews in $out/run/report.html"
