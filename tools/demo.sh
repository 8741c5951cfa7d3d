#!/usr/bin/env bash
# Simulates a small scan and reconstructs it twice: by gridding and by iterative SENSE. Results go to out/demo/.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
tools/setup.sh

echo "demo: building the programs"
cmake --preset cpu -B build/demo -DTESSERA_TESTS=OFF >/dev/null
cmake --build build/demo
programs=build/demo/tools

run() {
    echo
    echo "demo: $*"
    "$programs/$1" "${@:2}"
}
run tessera-simulate configs/demo/simulate.json
run tessera-recon configs/demo/gridding.json
run tessera-recon configs/demo/cg-sense.json
