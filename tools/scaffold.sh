#!/usr/bin/env bash
# The skeleton of something new with its test, both of which build and pass before anything is filled in:
#   tools/scaffold.sh kernel|op|format|method NAME [ROOM]
# NAME is snake_case; ROOM is a folder of kernels/ (arrays). Nothing that exists is overwritten. --into FOLDER writes to another tree.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

usage() { sed -n '2,4s/^# \{0,1\}//p' tools/scaffold.sh >&2; exit 1; }
into=.
if [ "${1:-}" = --into ]; then into=${2:?}; shift 2; fi
[ $# -ge 2 ] && [ $# -le 3 ] || usage
kind=$1 name=$2 room=${3:-arrays}
[ -d "tools/skeletons/$kind" ] || { echo "scaffold: no skeleton '$kind', expected one of: $(ls tools/skeletons | tr '\n' ' ')" >&2; exit 1; }
[[ $name =~ ^[a-z][a-z0-9]*(_[a-z0-9]+)*$ ]] || { echo "scaffold: the name is '$name', expected lower case with underscores" >&2; exit 1; }
[ "$kind" != kernel ] || [ -d "kernels/$room" ] || { echo "scaffold: kernels/ has no folder '$room'" >&2; exit 1; }
type=$(sed -E 's/(^|_)([a-z0-9])/\U\2/g' <<<"$name")

mapfile -t skeletons < <(cd "tools/skeletons/$kind" && find . -name '*.in' | sed 's|^\./||' | sort)
files=()
for skeleton in "${skeletons[@]}"; do
    file=${skeleton%.in}
    file=${file//ROOM/$room}
    files+=("${file//NAME/$name}")
    [ ! -e "$into/${files[-1]}" ] || { echo "scaffold: ${files[-1]} exists" >&2; exit 1; }
done
for i in "${!files[@]}"; do
    mkdir -p "$into/$(dirname "${files[i]}")"
    sed -E "s/\bROOM\b/$room/g; s/\bName(Config)?\b/$type\1/g; s/NAME/$name/g" "tools/skeletons/$kind/${skeletons[i]}" >"$into/${files[i]}"
    echo "${files[i]}"
done
sed -E "s/\bROOM\b/$room/g; s/\bName(Config)?\b/$type\1/g; s/NAME/$name/g" "tools/skeletons/$kind/next.txt"
