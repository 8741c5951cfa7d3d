#!/usr/bin/env bash
# The experiment of Miller, Pirasteh, Johnson (2023, arXiv:2204.13862) on simulated subjects: pulmonary angiography of several matrix
# sizes by an undersampled koosh ball, one network for all, against gridding, iterative SENSE and compressed sensing.
#   tools/paper.sh         a size for two cores, half an hour or so
#   tools/paper.sh middle  128 x 96 x 128 voxels, the weights that come with the program, nothing is trained
#   tools/paper.sh full    1.25 mm voxels and 20 coils, for a GPU (100 GB of disk)
# Everything goes to out/paper/SIZE/, which is made anew; the tables and the report are in its folder comparison/.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
tools/setup.sh

size=${1:-small}
case $size in
small)
    preset=cpu
    matrices=("[48,36,54]" "[54,42,60]" "[60,48,60]")
    fields=("[320,240,360]" "[360,280,400]" "[400,320,400]")
    last_train=12 last_validation=15 last_test=21
    ;;
middle)
    preset=cpu
    ;;
full)
    preset=cuda
    matrices=("[300,200,300]" "[375,250,375]" "[450,300,450]")
    fields=("[375,250,375]" "[468.75,312.5,468.75]" "[562.5,375,562.5]")
    last_train=18 last_validation=21 last_test=27
    ;;
*)
    echo "paper: the size is '$size', expected small, middle or full" >&2
    exit 1
    ;;
esac

cmake --preset "$preset" -B "build/paper-$preset" -DTESSERA_TESTS=OFF >/dev/null
cmake --build "build/paper-$preset"
programs=build/paper-$preset/tools
out=out/paper/$size
rm -rf "$out"
mkdir -p "$out"/{train,validation,test}

run() {
    echo
    echo "paper: $*"
    "$programs/$1" "${@:2}"
}

# Seeds that configs/weights/scans.txt does not have, each undersampled in three ways.
simulate_middle() {
    local subject undersampling
    for subject in thorax/7001 thorax/7002 structures/7003; do
        for undersampling in 4 8 12; do
            run tessera-simulate configs/paper/middle/simulate.json --quiet --set output="$out/test/${subject/\//_}_$undersampling.h5" \
                --set simulation.anatomy="${subject%/*}" --set simulation.seed="${subject#*/}" \
                --set simulation.trajectory.undersampling="$undersampling"
        done
    done
}

# A subject is a seed; its matrix follows from it, so that every group has all sizes. No subject is in two groups.
simulate_groups() {
    local subject group
    for ((subject = 1; subject <= last_test; ++subject)); do
        if ((subject <= last_train)); then group=train; elif ((subject <= last_validation)); then group=validation; else group=test; fi
        run tessera-simulate "configs/paper/$size/simulate.json" --quiet --set output="$out/$group/$(printf %02d "$subject").h5" \
            --set simulation.seed="$subject" --set "simulation.matrix=${matrices[subject % 3]}" \
            --set "simulation.fov_mm=${fields[subject % 3]}"
    done
}

if [ "$size" = middle ]; then
    simulate_middle
else
    simulate_groups
    run tessera-train "configs/paper/$size/first_steps.json"
    run tessera-train "configs/paper/$size/train.json"
fi
run tessera-compare "configs/paper/$size/compare.json"

echo
cat "$out/comparison/comparison.md"
echo "paper: pictures and curves are in $out/comparison/report.html"
