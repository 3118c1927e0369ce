#!/usr/bin/env bash
# Opens the editor with a sample; where there is no display, does the same job without a window.
set -euo pipefail
cd "$(dirname "$0")/.."
program=target/release/underpaint

if [[ -n ${DISPLAY:-} || -n ${WAYLAND_DISPLAY:-} ]]; then
    exec "$program" --sample
fi
echo "There is no display to open the editor on, so here is the same job without a window."
"$program" doctor
tools/headless_job.sh "$program" out/run
echo "All maps, the projects and the reports are in $PWD/out/run."
echo "Open one on a machine with a display: underpaint out/run/edited/project.underpaint"
