#!/usr/bin/env bash
# The whole job on simulated scans: simulates subjects, trains a network on some, and compares it on others with gridding, iterative SENSE
# and compressed sensing, each at its best weight. Everything goes to out/demo/, which is made anew; meant to take ten minutes on two idle cores.
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
for subject in train/{1..8} validation/9 test/{10,11}; do
    run tessera-simulate configs/demo/simulate.json --quiet --set output="$out/$subject.h5" --set simulation.seed="${subject#*/}"
done

run tessera-train configs/demo/first_steps.json
run tessera-train configs/demo/train.json
run tessera-compare configs/demo/compare.json

echo
echo "demo: held-out subjects; weights of regularisation are chosen with the truth, the network never saw it"
cat "$out/comparison/comparison.md"
echo "demo: after $SECONDS s; pictures are in $out/comparison/report.html, volumes in $out/comparison/volumes, the training in $out/run/report.html"
