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

failed=0
for target in "${targets[@]}"; do
    corpus=build/fuzz/corpus/$target kept=tests/fuzz/kept/$target found=build/fuzz/found/$target/
    rm -rf "$found" # what an earlier run found is kept already
    mkdir -p "$corpus" "$found"
    inputs=("$corpus")
    [ -d "$kept" ] && inputs+=("$kept")
    # The HDF5 library leaks and reads beyond its buffers on damaged files: of its faults only ours are looked for here.
    leaks=1
    case $target in tessera | mri_raw | ismrmrd) leaks=0 ;; esac
    log=build/fuzz/$target.log
    if TESSERA_FUZZ=$target TESSERA_FUZZ_SEEDS=$corpus ASAN_OPTIONS=detect_leaks=$leaks:allocator_may_return_null=1 OMP_NUM_THREADS=1 \
        build/fuzz/tessera-fuzz "${inputs[@]}" -max_total_time="$seconds" -runs="${TESSERA_FUZZ_RUNS:--1}" -max_len=65536 \
        -rss_limit_mb=2048 -malloc_limit_mb=1024 -timeout=20 -artifact_prefix="$found" -print_final_stats=1 -verbosity=0 > "$log" 2>&1; then
        status=held
    elif [ $leaks = 0 ] && grep -m 1 -E '^ *#[0-9]+ .*(libhdf5|tessera::)' "$log" | grep -q libhdf5; then # whose frame is first
        status="ended by a fault of HDF5 itself"
    else
        status=BROKE failed=1
        mkdir -p "$kept"
        find "$found" -type f -exec cp -t "$kept" {} +
    fi
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    echo "$target: $status, ${runs:-0} inputs (log: $log)"
done
exit $failed
