#!/usr/bin/env bash
# Installs the Debian packages of tools/packages.txt that are missing; does nothing when all are there. --build leaves out those that are
# "only for" something else than building.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

unwanted='^$'
if [ "${1:-}" = --build ]; then unwanted='# only for'; fi
mapfile -t packages < <(grep -v "$unwanted" tools/packages.txt | sed 's/#.*//' | tr -s '[:space:]' '\n' | sed '/^$/d')
if ! command -v dpkg-query >/dev/null; then
    echo "setup: not a Debian system; Tessera needs what Debian calls: ${packages[*]}"
    exit 0
fi

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
    echo "setup: all ${#packages[@]} packages are installed"
    exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "setup: missing packages and neither root nor sudo; install: ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi
echo "setup: installing ${missing[*]}"
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
