#!/usr/bin/env bash
# Formats the C++ and CUDA sources as .clang-format says: those given, or all that git knows. --check only shows what would change.
set -euo pipefail
# Files are named from where the caller stands, then the scripts go to the project's root.
check=no files=()
for argument in "$@"; do
    case $argument in
    --check) check=yes ;;
    *.cpp | *.h | *.cu | *.cuh) files+=("$(realpath "$argument")") ;;
    *) echo "format: $argument is no C++ or CUDA source" >&2; exit 1 ;;
    esac
done
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
command -v clang-format >/dev/null || { echo "format: clang-format is not installed (tools/setup.sh installs it)" >&2; exit 1; }
if [ ${#files[@]} -eq 0 ]; then mapfile -t files < <(git ls-files '*.cpp' '*.h' '*.cu' '*.cuh'); fi

# clang-format 14 takes the macro TESSERA_LAMBDA for a call; under a capture list of the same width it sees the lambda.
formatted() {
    sed 's/TESSERA_LAMBDA(/[tessera_lambd](/g' "$1" | clang-format --assume-filename="${1%.*}.cpp" | sed 's/\[tessera_lambd\](/TESSERA_LAMBDA(/g'
}

scratch=$(mktemp)
trap 'rm -f "$scratch"' EXIT
changed=0
for file in "${files[@]}"; do
    name=${file#"$PWD"/}
    formatted "$file" >"$scratch"
    cmp -s "$file" "$scratch" && continue
    changed=$((changed + 1))
    if [ $check = yes ]; then
        diff -u --label "$name" --label "$name, formatted" "$file" "$scratch" || true
    else
        cat "$scratch" >"$file"
        echo "format: $name"
    fi
done
if [ $check = yes ] && [ $changed -gt 0 ]; then
    echo "format: $changed of ${#files[@]} files are not formatted; tools/format.sh does it" >&2
    exit 1
fi
echo "format: ${#files[@]} files, $([ $check = yes ] && echo "all formatted" || echo "$changed changed")"
