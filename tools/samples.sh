#!/usr/bin/env bash
# Makes the sample projects that the editor offers, with the bundled pack.
#
#   tools/samples.sh PROGRAM
set -euo pipefail
cd "$(dirname "$0")/.."
program=$1
aside=$(mktemp -d)
trap 'rm -rf "$aside"' EXIT

sample() {
    "$program" generate "$2" --seed "$3" --candidates 4 --device cpu --out "$aside/$1" >/dev/null
    cp "$aside/$1/project.underpaint" "assets/samples/$1.underpaint"
    printf 'assets/samples/%s.underpaint: %s\n' "$1" "$2"
}

sample park "a dog left of a red car on a meadow" 2
sample desert "a horse beside a cactus in the desert" 1
