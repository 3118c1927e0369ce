#!/usr/bin/env bash
# The real window on a screen without a monitor, driven by keyboard and mouse: it opens and is not
# blank, closes when asked; takes a prompt, draws candidates and moves a region. Pictures of every
# step stay in OUT.
#
#   tools/window_test.sh PROGRAM OUT
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${3:-} != inside ]]; then
    mkdir -p "$2"
    # Without the variable of a Wayland session, or the window would open there. A server that starts anew when its last
    # client leaves refuses the next one for a moment.
    exec env -u WAYLAND_DISPLAY xvfb-run --auto-servernum --server-args="-screen 0 1280x800x24 -noreset" "$0" "$1" "$2" inside
fi

program=$1 out=$2 editor='' window=''
# Settings and recovery files of whoever runs this stay out of it.
home=$(mktemp -d)
export XDG_CONFIG_HOME=$home XDG_DATA_HOME=$home XDG_CACHE_HOME=$home XDG_RUNTIME_DIR=$home
cleanup() {
    if [[ -n $editor ]]; then
        kill "$editor" 2>/dev/null || true
        wait "$editor" 2>/dev/null || true
    fi
    rm -rf "$home"
}
trap cleanup EXIT

fail() {
    printf 'window test: %s\n' "$*" >&2
    tail -n 20 "$out/editor.log" >&2
    exit 1
}
running() { kill -0 "$editor" 2>/dev/null; }
shot() { import -window root "$out/$1.png"; }
# Whether a picture has many colours and light and dark in it.
blank() {
    local colours spread
    read -r colours spread < <(convert "$out/$1.png" -format '%k %[fx:int(1000*standard_deviation)]\n' info:)
    ((colours < 100 || spread < 10))
}
# Pixels in which two pictures differ.
difference() { compare -metric AE "$out/$1.png" "$out/$2.png" null: 2>&1 || true; }

open_editor() {
    "$program" >"$out/editor.log" 2>&1 &
    editor=$!
    local _
    for _ in {1..240}; do
        running || fail "the editor ended at its start"
        window=$(xdotool search --onlyvisible --pid "$editor" 2>/dev/null | head -n 1 || true)
        [[ -n $window ]] && break
        sleep 0.25
    done
    [[ -n $window ]] || fail "there is no window after a minute"
    # There is no window manager here that would give it the keyboard.
    xdotool windowfocus "$window"
    for _ in {1..120}; do
        sleep 0.25
        running || fail "the editor ended while it opened"
        shot "$1"
        blank "$1" || { sleep 1; shot "$1"; return; }
    done
    fail "the window stays blank"
}

# expect BEFORE AFTER PIXELS WHAT: waits until the window differs from BEFORE in more than PIXELS.
expect() {
    local _
    for _ in {1..240}; do
        sleep 0.5
        running || fail "the editor ended: $4"
        shot "$2"
        # ImageMagick writes large numbers as 1.024e+06.
        (($(printf '%.0f' "$(difference "$1" "$2")") > $3)) && return
    done
    fail "nothing to be seen after two minutes: $4"
}

open_editor opened
xdotool key ctrl+q
for _ in {1..80}; do
    running || break
    sleep 0.25
done
running && fail "Ctrl+Q does not close the window"
wait "$editor" || fail "the editor ended with exit code $?"

open_editor again
xdotool mousemove 400 70 click 1
xdotool type --delay 60 "a dog and a red car on a meadow"
expect again prompt 1000 "typing a prompt"
sleep 1
shot prompt
xdotool key ctrl+Return
expect prompt candidates 60000 "drawing candidates with Ctrl+Enter"
# The button is blue again, Generate instead of Cancel, when the image is done too.
for _ in {1..120}; do
    sleep 2
    running || fail "the editor ended while it sampled"
    shot candidates
    blue=$(convert "$out/candidates.png" -crop 190x34+1075+54 -format '%[fx:int(1000*(mean.b-mean.r))]' info:)
    ((blue > 200)) && break
done
((blue > 200)) || fail "sampling does not end"
sleep 1
shot candidates
# On the dog of the first candidate: a drag that misses it would draw a rectangle, which changes far fewer pixels.
xdotool mousemove 410 460 sleep 0.5 mousedown 1 sleep 0.5 mousemove 430 460 sleep 0.3 mousemove 470 460 sleep 0.3 \
    mousemove 500 470 sleep 0.5 mouseup 1
expect candidates dragged 8000 "dragging a region"
running || fail "the editor ended after the drag"
printf 'the window opened, answered to keyboard and mouse, and closed: %s\n' "$out/dragged.png"
