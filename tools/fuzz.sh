#!/bin/bash
# Fuzzes everything that reads files: tools/fuzz.sh SECONDS [TARGET...], so many seconds for each target (all of them where none is
# named); TESSERA_FUZZ_RUNS ends a target after so many inputs. Inputs that break one are kept in tests/fuzz/kept/TARGET, where a test
# of every build reads them. Needs clang.
set -euo pipefail
source "$(dirname "$0")/environment.sh"
seconds=${1:?usage: tools/fuzz.sh SECONDS [TARGET...]}
shift
targets=(config safetensors nifti cfl npy ismrmrd_xml run_record tessera mri_raw ismrmrd)
[ $# -gt 0 ] && targets=("$@")

# Only what reads files has clang's instruments; the rest is that of the ordinary build.
mkdir -p build/fuzz
{ cmake --preset simt && cmake --build --preset simt --target tessera_core &&
    cmake -S tests/fuzz -B build/fuzz -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ &&
    cmake --build build/fuzz; } > build/fuzz/build.log || { cat build/fuzz/build.log; exit 1; }

# The HDF5 library leaks, reads beyond its buffers and allocates by what damaged files say: only our faults are looked for in its company, an
# allocation beyond 1 GiB fails for it (ours by operator new are found all the same), and after a fault of its own the target goes on.
through_hdf5() { case $1 in tessera | mri_raw | ismrmrd) ;; *) false ;; esac; }

# whose frame is first in the report
fault_of_hdf5() { grep -m 1 -E '^ *#[0-9]+ .*(libhdf5|tessera::)' "$1" | grep -q libhdf5; }

failed=0
for target in "${targets[@]}"; do
    corpus=build/fuzz/corpus/$target kept=tests/fuzz/kept/$target found=build/fuzz/found/$target/
    rm -rf "$found" # what an earlier run found is kept already
    mkdir -p "$corpus" "$found"
    inputs=("$corpus")
    [ -d "$kept" ] && inputs+=("$kept")
    sanitizer=detect_leaks=1:allocator_may_return_null=1 malloc_limit=1024
    through_hdf5 "$target" && sanitizer=detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb=1024 malloc_limit=0
    log=build/fuzz/$target.log
    end=$((SECONDS + seconds)) runs=0 again=0 faults=0 status=held
    while [ $((end - SECONDS)) -gt 0 ] && { [ -z "${TESSERA_FUZZ_RUNS:-}" ] || [ "$runs" -lt "$TESSERA_FUZZ_RUNS" ]; }; do
        left=${TESSERA_FUZZ_RUNS:+$((TESSERA_FUZZ_RUNS - runs + again))}
        ended=0
        TESSERA_FUZZ=$target TESSERA_FUZZ_SEEDS=$corpus ASAN_OPTIONS=$sanitizer OMP_NUM_THREADS=1 \
            build/fuzz/tessera-fuzz "${inputs[@]}" -max_total_time=$((end - SECONDS)) -runs="${left:--1}" -max_len=65536 -rss_limit_mb=2048 \
            -malloc_limit_mb=$malloc_limit -timeout=20 -artifact_prefix="$found" -print_final_stats=1 -verbosity=0 > "$log" 2>&1 || ended=$?
        units=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
        runs=$((runs + (${units:-0} > again ? units - again : 0)))
        [ $ended = 0 ] && break
        if ! through_hdf5 "$target" || ! fault_of_hdf5 "$log"; then
            status=BROKE failed=1
            mkdir -p "$kept"
            find "$found" -type f -exec cp -t "$kept" {} +
            break
        fi
        faults=$((faults + 1))
        rm -f "$found"*
        again=$(find "${inputs[@]}" -type f | wc -l) # what the next start reads once more, not counted twice
    done
    [ $faults = 0 ] || status+=", started again after $faults faults of HDF5 itself"
    echo "$target: $status, $runs inputs (log: $log)"
done
exit $failed
