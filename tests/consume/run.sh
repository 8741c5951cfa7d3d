#!/usr/bin/env bash
# Installs a build into a new folder, builds the consumer against it, and runs both: tests/consume/run.sh BUILD
set -euo pipefail
build=$(realpath "$1")
source "$(dirname "${BASH_SOURCE[0]}")/../../tools/environment.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/tessera" >/dev/null
for path in bin/tessera-recon bin/tessera-info share/bash-completion/completions/tessera-recon include/tessera/recon/nufft/nufft.h; do
    [ -s "$work/tessera/$path" ] || { echo "consume: $path is not installed" >&2; exit 1; }
done
! find "$work/tessera/include" -name '*.cpp' | grep . || exit 1

complete=$(PATH=$work/tessera/bin:$PATH bash -c '
    source "$1/share/bash-completion/completions/tessera-recon"
    compopt() { :; } # has a meaning only while bash completes
    COMP_WORDS=(tessera-recon --set cg.la) COMP_CWORD=2
    _tessera
    echo "${COMPREPLY[*]}"' bash "$work/tessera")
[ "$complete" = cg.lambda= ] || { echo "consume: bash completes --set cg.la by '$complete'" >&2; exit 1; }

cp tests/consume/{CMakeLists.txt,main.cpp} "$work"
cmake -S "$work" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$work/tessera" >"$work/log" || { cat "$work/log"; exit 1; }
cmake --build "$work/build"
"$work/tessera/bin/tessera-simulate" --quiet -o "$work/scan.h5" --set simulation.matrix=16 --set simulation.coils.coils=2
"$work/build/consume" "$work/scan.h5" "$work/image"
for part in magnitude phase; do [ -s "$work/image_$part.nii.gz" ] || { echo "consume: no image_$part.nii.gz" >&2; exit 1; }; done
echo "consume: good"
