#!/usr/bin/env bash
# The real window on a screen without a monitor: it opens, is not blank, answers to keyboard and
# mouse, and goes when asked. Pictures of it stay in OUT.
#
#   tools/window_test.sh PROGRAM OUT
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${3:-} != inside ]]; then
    mkdir -p "$2"
    # Without the variable of a Wayland session, or the window would open there.
    exec env -u WAYLAND_DISPLAY xvfb-run --auto-servernum --server-args="-screen 0 1280x800x24" "$0" "$1" "$2" inside
fi

program=$1 out=$2
fail() {
    printf 'window test: %s\n' "$*" >&2
    tail -n 20 "$out/editor.log" >&2
    exit 1
}
alive() { kill -0 "$editor" 2>/dev/null || fail "the editor ended on its own"; }
shot() { import -window root "$out/$1.png"; }
# Number of colours, and the spread of brightness in thousandths.
colours() { convert "$out/$1.png" -format '%k' info:; }
spread() { convert "$out/$1.png" -colorspace Gray -format '%[fx:int(1000*standard_deviation)]' info:; }
# Pixels in which two pictures differ.
differ() { compare -metric AE "$out/$1.png" "$out/$2.png" null: 2>&1 || true; }
# Waits until the picture $2 differs from $1 in more than $3 pixels.
changed() {
    local _
    for _ in {1..40}; do
        sleep 0.25
        alive
        shot "$2"
        (($(differ "$1" "$2") > $3)) && return
    done
    return 1
}

# Settings and recovery files of whoever runs this stay out of it.
home=$(mktemp -d)
XDG_CONFIG_HOME=$home XDG_DATA_HOME=$home XDG_CACHE_HOME=$home "$program" >"$out/editor.log" 2>&1 &
editor=$!
trap 'kill "$editor" 2>/dev/null || true; rm -rf "$home"' EXIT

window=
for _ in {1..240}; do
    alive
    window=$(xdotool search --onlyvisible --pid "$editor" 2>/dev/null | head -n 1 || true)
    [[ -n $window ]] && break
    sleep 0.25
done
[[ -n $window ]] || fail "no window after a minute"
xdotool windowmove "$window" 0 0 windowsize "$window" 1280 800 windowfocus "$window" || true

for _ in {1..80}; do
    sleep 0.25
    alive
    shot start
    (($(colours start) > 100 && $(spread start) > 10)) && break
done
(($(colours start) > 100 && $(spread start) > 10)) ||
    fail "the window is blank: $(colours start) colours, spread $(spread start)"

# Ctrl+K opens the list of commands, Escape closes it.
sleep 1
shot start
xdotool mousemove 640 400
xdotool key --clearmodifiers ctrl+k
changed start commands 2000 || fail "Ctrl+K shows nothing"
xdotool key Escape
changed commands closed 2000 || fail "Escape does not close the list of commands"

# A prompt typed into the first text field.
xdotool type --delay 30 ""
alive

xdotool key --clearmodifiers ctrl+q
for _ in {1..40}; do
    kill -0 "$editor" 2>/dev/null || break
    sleep 0.25
done
if kill -0 "$editor" 2>/dev/null; then fail "Ctrl+Q does not end the editor"; fi
wait "$editor" || fail "the editor ended with exit code $?"
printf 'the window opened, answered and closed: %s\n' "$out/start.png"
