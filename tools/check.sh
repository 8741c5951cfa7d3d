#!/usr/bin/env bash
# Format and clang-tidy on what changed against a base, uncommitted work included: tools/check.sh [BASE], by default where this branch
# left main, on main itself the commit before. clang-tidy takes 10 to 30 s a file; TESSERA_TIDY_FILES (20) bounds how many it reads.
# tools/check.sh --all reads the whole tree, folder by folder as in a unity build.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

if [ "${1:-}" = --all ]; then
    mapfile -t sources < <(git ls-files '*.cpp' '*.h' '*.cu' '*.cuh')
    echo "check: ${#sources[@]} sources"
else
    base=${1:-$(git merge-base HEAD origin/main 2>/dev/null || git merge-base HEAD main 2>/dev/null)}
    if [ $# -eq 0 ] && [ "$base" = "$(git rev-parse HEAD)" ]; then
        git rev-parse --quiet --verify HEAD~1 >/dev/null || { echo "check: this clone has one commit, nothing to compare with"; exit 0; }
        base=HEAD~1
    fi
    git rev-parse --quiet --verify "$base^{commit}" >/dev/null || { echo "check: there is no commit '$base' to compare with" >&2; exit 1; }
    mapfile -t sources < <({
        git diff --name-only --diff-filter=d "$base" -- '*.cpp' '*.h' '*.cu' '*.cuh'
        git ls-files --others --exclude-standard -- '*.cpp' '*.h' '*.cu' '*.cuh'
    } | sort -u)
    echo "check: ${#sources[@]} sources changed since $(git describe --always "$base")"
fi
[ ${#sources[@]} -eq 0 ] && exit 0

failed=0 unread=()
tools/format.sh --check "${sources[@]}" || failed=1

commands=$(mktemp -d)
trap 'rm -rf "$commands"' EXIT
# configure ON|OFF: what clang is told of each source, or of each folder; without headers that GCC has precompiled and GCC's own options
configure() {
    command -v clang-tidy >/dev/null || { echo "check: clang-tidy is not installed (tools/setup.sh installs it)" >&2; exit 1; }
    cmake --preset simt -B "$commands" -DTESSERA_UNITY="$1" -DTESSERA_PRECOMPILE=OFF >/dev/null || exit 1
    sed -i -E 's/ -m(move|store)-max=[0-9]+//g; s/ -Wno-(subobject-linkage|stringop-overread)//g; s/ --param=[a-z-]+=[0-9]+//g' "$commands/compile_commands.json"
}

units=() options=()
if [ "${1:-}" = --all ]; then
    configure ON
    # Sources of a folder are headers to clang-tidy where a unity build includes them.
    options=("--header-filter=^$PWD/(kernels|core|nn|recon|tools|tests)/")
    mapfile -t units < <(sed -n 's/^ *"file": "\(.*\.c\(pp\|xx\)\)".*/\1/p' "$commands/compile_commands.json" | sort -u)
else
    mapfile -t units < <(printf '%s\n' "${sources[@]}" | grep '\.cpp$')
    limit=${TESSERA_TIDY_FILES:-20}
    if [ ${#units[@]} -gt "$limit" ]; then
        echo "check: clang-tidy reads the first $limit of ${#units[@]} files (TESSERA_TIDY_FILES)"
        units=("${units[@]:0:$limit}")
    fi
    [ ${#units[@]} -gt 0 ] && configure OFF
fi

for unit in ${units[@]+"${units[@]}"}; do
    name=${unit#"$commands"/}
    name=${name#"$PWD"/}
    grep -qF "/$name\"" "$commands/compile_commands.json" || { echo "check: $name is in no build, left out"; continue; }
    echo "check: clang-tidy $name"
    findings=$(clang-tidy -p "$commands" --quiet ${options[@]+"${options[@]}"} "$unit" 2>"$commands/errors")
    status=$?
    # What clang cannot parse, or dies of, is no finding: it is said, and decides nothing.
    if [ $status -ge 126 ] || grep -q '\[clang-diagnostic-error' <<<"$findings"; then
        unread+=("$name")
        echo "check: clang-tidy cannot read $name (status $status):"
        { grep -m 3 'error:' <<<"$findings" || tail -n 3 "$commands/errors"; } | sed 's/^/    /'
    elif [ $status -ne 0 ]; then
        echo "$findings"
        failed=1
    fi
done
[ ${#unread[@]} -eq 0 ] || echo "check: not looked at by clang-tidy, which cannot read them: ${unread[*]}"
[ $failed -eq 0 ] && echo "check: good"
exit $failed
