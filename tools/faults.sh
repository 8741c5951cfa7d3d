#!/bin/bash
# What programs leave behind when the machine fails them: tools/faults.sh ROUNDS [FOLDER_OF_PROGRAMS].
# In each round every program is killed at a random moment, meets a full disk, a short write and a refused allocation; after each,
# its folder must hold the files of one run or none, and a training must go on to the same bytes. The last line says how many held.
set -uo pipefail
source "$(dirname "$0")/environment.sh"
rounds=${1:?usage: tools/faults.sh ROUNDS [FOLDER_OF_PROGRAMS]}
programs=$(realpath "${2:-build/cpu/tools}")
sources=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive
cd "$work"
c++ -std=c++20 -shared -fPIC -O1 -o refuse.so "$sources/tools/faults/refuse_allocation.cpp" -ldl

held=0 broken=0
verdict() { # a sentence, and 0 where it holds
    if [ "$2" = 0 ]; then held=$((held + 1)); else broken=$((broken + 1)); echo "BROKEN: $1"; fi
}

cat > simulate.json << END
{"output": "scan.h5", "device": "cpu", "simulation": {"matrix": [12, 14, 16], "coils": {"coils": 2}, "snr": 20, "noise_samples": 256,
 "trajectory": {"undersampling": 2}}}
END
"$programs/tessera-simulate" --quiet simulate.json || exit 1
prepared='"density": {"kind": "radial"}, "maps": {"source": "file"}'
cat > recon.json << END
{"input": "scan.h5", "output": "recon", "device": "cpu", "method": "cg-sense", $prepared}
END
cat > compare.json << END
{"input": ["scan.h5"], "output": "compare", "device": "cpu", $prepared, "trust": {"files": 0},
 "methods": [{"name": "gridding", "method": "gridding"}, {"name": "sense", "method": "cg-sense"}]}
END
train_json() {
    cat << END
{"output": "$1", "device": "cpu", "threads": 1, "steps": 12, "validate_every": 4, "checkpoint_every": 2,
 "data": {"train": ["scan.h5"], "validation": ["scan.h5"], "scan": {$prepared}}, "memory": {"patch": [8, 8, 8]},
 "model": {"unrolls": 2, "network": {"resnet3d": {"channels": 4, "blocks": 1, "convolutions": 1}}, "data_consistency": {"iterations": 4}}}
END
}
train_json whole > whole.json
"$programs/tessera-train" --quiet whole.json > /dev/null || exit 1

# Whether a folder holds what its config.json says, and nothing half-written.
complete() {
    [ -d "$1" ] || return 0
    [ -z "$(find "$1" -name '*.part')" ] || [ "${2:-}" = leftovers ] || return 1
    [ -f "$1/config.json" ] || return "$([ -z "$(ls "$1")" ]; echo $?)"
    python3 - "$1" << 'END'
import json, os, sys
folder = sys.argv[1]
sys.exit(any(not os.path.exists(os.path.join(folder, name)) for name in json.load(open(os.path.join(folder, "config.json")))["$files"]))
END
}

# Runs a program with one fault: kill, full, short, memory.
faulty() {
    local fault=$1 program=$2 config=$3
    case $fault in
    kill)
        "$programs/$program" --quiet "$config" ${4:-} > /dev/null 2>&1 &
        local process=$!
        sleep "0.$((RANDOM % 40 + 10))"
        kill -KILL $process 2> /dev/null
        wait $process 2> /dev/null ;;
    full | short) (trap '' XFSZ; ulimit -f $((RANDOM % 40)); "$programs/$program" --quiet "$config" ${4:-} > /dev/null 2>&1) ;;
    memory) TESSERA_REFUSE=$((RANDOM % 400 + 1)) LD_PRELOAD=$work/refuse.so "$programs/$program" --quiet "$config" ${4:-} > /dev/null 2> memory.log
        local status=$?
        [ $status -le 1 ] || { cat memory.log; verdict "$program: an allocation that fails ends with status $status" 1; } ;;
    esac
}

for ((round = 1; round <= rounds; ++round)); do
    for fault in kill full memory; do
        rm -f scan2.h5 scan2.json scan2_reference.png
        sed 's/"scan.h5"/"scan2.h5"/' simulate.json > simulate2.json
        faulty $fault tessera-simulate simulate2.json
        [ ! -e scan2.h5 ] || cmp -s scan2.h5 scan.h5
        verdict "simulate after $fault: the scan is not there, or its bytes are those of an undisturbed run" $?
        "$programs/tessera-simulate" --quiet simulate2.json && cmp -s scan2.h5 scan.h5
        verdict "simulate after $fault: the next run has the bytes of an undisturbed one" $?

        faulty $fault tessera-recon recon.json
        complete recon leftovers
        verdict "recon after $fault: the folder is that of one run" $?
        "$programs/tessera-recon" --quiet recon.json > /dev/null && complete recon
        verdict "recon after $fault: the next run works and sweeps" $?

        faulty $fault tessera-compare compare.json
        "$programs/tessera-compare" --quiet compare.json > /dev/null && [ -s compare/comparison.csv ]
        verdict "compare after $fault: the next run works" $?

        rm -rf run
        train_json run > run.json
        for again in 1 2; do faulty $fault tessera-train run.json "--resume auto"; done
        "$programs/tessera-train" --quiet run.json --resume auto > /dev/null 2> train.log || cat train.log
        cmp -s run/checkpoints/last.safetensors whole/checkpoints/last.safetensors && [ "$(wc -l < run/metrics.jsonl)" = 12 ] &&
            [ -z "$(find run -name '*.part')" ]
        verdict "train after $fault: resumed to the same bytes" $?
    done
done
[ -z "$(find . -name '*.part')" ]
verdict "nothing half-written is left" $?
echo "$held held, $broken broken"
[ $broken = 0 ]
