#!/usr/bin/env bash
# The whole job on simulated scans: an image with the weights that come with the program; then these are trained on for some subjects and
# compared on others with gridding, iterative SENSE and compressed sensing, each at its best weight. Everything goes to out/demo/, which is
# made anew; meant to take ten minutes on two idle cores.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
tools/setup.sh --build

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
simulate() {
    run tessera-simulate configs/demo/simulate.json --quiet --set output="$out/$1.h5" --set simulation.seed="${1#*/}"
}

built=$SECONDS
simulate test/10
run tessera-recon "$out/test/10.h5" -o "$out/first_image" --method mbdl # weights that know nothing of this scan
echo "demo: the first image, $((SECONDS - built)) s after the build: $out/first_image/views.png"

for subject in train/{1..8} validation/9 test/11; do simulate "$subject"; done

run tessera-train configs/demo/train.json
run tessera-compare configs/demo/compare.json

echo
echo "demo: held-out subjects; weights of regularisation are chosen with the truth, the network never saw it"
cat "$out/comparison/comparison.md"
echo "demo: after $SECONDS s; pictures are in $out/comparison/report.html, volumes in $out/comparison/volumes, the training in $out/run/report.html"
