#!/usr/bin/env bash
# Builds Tessera with CUDA for a machine that has a GPU but no compiler, and packs it: build/tessera-gpu.tar.gz.
# There: tar xzf tessera-gpu.tar.gz && tessera-gpu/run_on_gpu.sh. Arguments go to CMake; JOBS is how many compilers run at once.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../environment.sh"
tools/setup.sh

build=$PWD/build/gpu
archive=$PWD/build/tessera-gpu.tar.gz
limit=$((64 * 1024 * 1024))

cmake --preset cuda -B "$build" -DTESSERA_ARCH=x86-64-v3 -DTESSERA_STATIC_DEPS=ON -DTESSERA_DICOM=OFF "-DCMAKE_CUDA_ARCHITECTURES=80;90" \
    -DCMAKE_SKIP_RPATH=ON '-DCMAKE_EXE_LINKER_FLAGS=-Wl,-rpath,\$ORIGIN/../lib,--disable-new-dtags' "$@" >/dev/null
cmake --build "$build" --parallel "${JOBS:-$(nproc)}" --target tessera_programs test_kernels test_core test_nn test_recon

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
bundle=$stage/tessera-gpu
mkdir -p "$bundle"/{bin,lib,configs}
cp "$build"/tools/tessera-* "$build"/tests/test_{kernels,core,nn,recon} "$bundle/bin"
strip "$bundle"/bin/*
cp -r configs/{bench,demo} "$bundle/configs"
cp tools/gpu/run_on_gpu.sh "$bundle"
echo "$build" >"$bundle/build_folder" # tests write their scratch files there
git describe --always --dirty >"$bundle/version" 2>/dev/null || echo unknown >"$bundle/version"

# Libraries that programs and their libraries ask for (an RPATH, not a RUNPATH, serves both); those of glibc belong to the machine, those of CUDA to its toolkit.
ldd "$bundle"/bin/* | awk '$2 == "=>" && $3 ~ /^\// {print $3}' | sort -u |
    grep -vE '/(ld-linux.*|lib(c|m|dl|rt|pthread|resolv|util)|libcu(da|dart|fft|blas|dnn)[a-zA-Z]*|libnv[a-zA-Z]*)\.so' |
    xargs -I{} cp -L {} "$bundle/lib"

tar -C "$stage" -czf "$archive" tessera-gpu
size=$(stat -c %s "$archive")
echo "$archive: $((size / 1024)) KiB, $(ls "$bundle/bin" | wc -l) programs, $(ls "$bundle/lib" | wc -l) libraries"
[ "$size" -le "$limit" ] || { echo "bundle: larger than $((limit / 1024 / 1024)) MiB" >&2; exit 1; }
