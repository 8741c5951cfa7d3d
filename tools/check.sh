#!/usr/bin/env bash
# Format and clang-tidy on what changed against a base, uncommitted work included: tools/check.sh [BASE], by default where this branch
# left main, on main itself the commit before. clang-tidy takes 10 to 30 s a file; TESSERA_TIDY_FILES (20) bounds how many it reads.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

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
[ ${#sources[@]} -eq 0 ] && exit 0

failed=0 unread=()
tools/format.sh --check "${sources[@]}" || failed=1

mapfile -t units < <(printf '%s\n' "${sources[@]}" | grep '\.cpp$')
limit=${TESSERA_TIDY_FILES:-20}
if [ ${#units[@]} -gt "$limit" ]; then
    echo "check: clang-tidy reads the first $limit of ${#units[@]} files (TESSERA_TIDY_FILES)"
    units=("${units[@]:0:$limit}")
fi
if [ ${#units[@]} -gt 0 ]; then
    command -v clang-tidy >/dev/null || { echo "check: clang-tidy is not installed (tools/setup.sh installs it)" >&2; exit 1; }
    commands=$(mktemp -d)
    trap 'rm -rf "$commands"' EXIT
    # each source by itself, without headers that GCC has precompiled and options that only GCC has
    cmake --preset simt -B "$commands" -DTESSERA_UNITY=OFF -DTESSERA_PRECOMPILE=OFF >/dev/null || exit 1
    sed -i -E 's/ -m(move|store)-max=[0-9]+//g' "$commands/compile_commands.json"
    for unit in "${units[@]}"; do
        grep -qF "/$unit\"" "$commands/compile_commands.json" || { echo "check: $unit is in no build, left out"; continue; }
        echo "check: clang-tidy $unit"
        findings=$(clang-tidy -p "$commands" --quiet "$unit" 2>"$commands/errors")
        status=$?
        # What clang cannot parse, or dies of, is no finding: it is said, and decides nothing.
        if [ $status -ge 126 ] || grep -q '\[clang-diagnostic-error' <<<"$findings"; then
            unread+=("$unit")
            echo "check: clang-tidy cannot read $unit (status $status):"
            { grep -m 3 'error:' <<<"$findings" || tail -n 3 "$commands/errors"; } | sed 's/^/    /'
        elif [ $status -ne 0 ]; then
            echo "$findings"
            failed=1
        fi
    done
fi
[ ${#unread[@]} -eq 0 ] || echo "check: not looked at by clang-tidy, which cannot read them: ${unread[*]}"
[ $failed -eq 0 ] && echo "check: good"
exit $failed
