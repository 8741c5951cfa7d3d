#!/usr/bin/env bash
# Builds and runs all tests, in float and in double, on the cpu and simt devices; arguments go to ctest (e.g. -R nufft).
# TESSERA_TEST_PRESETS names other presets. The last line is "N passed, N failed, N skipped".
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
tools/setup.sh || exit 1

read -ra presets <<<"${TESSERA_TEST_PRESETS:-simt cpu-f64}"
passed=0 failed=0 skipped=0

# Two threads a test: enough to meet races, and waiting threads do not take the cores from other tests.
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-2} OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}
jobs=$(nproc)

# attribute NAME FILE: a count of the test suite in a JUnit file
attribute() { tr '\n' ' ' <"$2" | sed -n "s/.*<testsuite [^>]*\b$1=\"\([0-9]*\)\".*/\1/p"; }

for preset in "${presets[@]}"; do
    echo "== $preset: build"
    if ! { log=$(cmake --preset "$preset" 2>&1) || { echo "$log"; false; }; } || ! cmake --build --preset "$preset" --parallel "$jobs"; then
        echo "== $preset: does not build"
        failed=$((failed + 1))
        continue
    fi
    echo "== $preset: test"
    report="$PWD/build/$preset/tests.xml"
    rm -f "$report"
    ctest --preset "$preset" -j "$jobs" --output-junit "$report" "$@"
    if [ ! -s "$report" ]; then
        failed=$((failed + 1))
        continue
    fi
    tests=$(attribute tests "$report") bad=$(attribute failures "$report")
    idle=$(($(attribute skipped "$report") + $(attribute disabled "$report")))
    failed=$((failed + bad)) skipped=$((skipped + idle)) passed=$((passed + tests - bad - idle))
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
