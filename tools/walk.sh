#!/usr/bin/env bash
# Makes the README's moving picture anew: the real window goes the walk from a prompt to an edit and its
# image. Look at it before you commit it: where the animal stands is up to the pack's weights.
#
#   tools/walk.sh PROGRAM OUT.gif
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${3:-} != inside ]]; then
    exec env -u WAYLAND_DISPLAY xvfb-run --auto-servernum --server-args="-screen 0 1280x800x24 -noreset" "$0" "$1" "$2" inside
fi

program=$1 out=$2 frames=() delays=()
home=$(mktemp -d)
export XDG_CONFIG_HOME=$home XDG_DATA_HOME=$home XDG_CACHE_HOME=$home XDG_RUNTIME_DIR=$home
trap 'kill "$editor" 2>/dev/null || true; wait "$editor" 2>/dev/null || true; rm -rf "$home"' EXIT

# frame HUNDREDTHS: a picture that is shown so long.
frame() {
    local name
    name=$(printf '%s/%02d.png' "$home" ${#frames[@]})
    import -window root "$name"
    frames+=("$name") delays+=("$1")
}
# Until the blue button is back, at most two minutes.
done_sampling() {
    local blue _
    sleep 3
    for _ in {1..60}; do
        import -window root "$home/now.png"
        blue=$(convert "$home/now.png" -crop 190x34+1075+54 -format '%[fx:int(1000*(mean.b-mean.r))]' info:)
        ((blue > 200)) && return
        sleep 2
    done
    echo "walk: sampling does not end" >&2
    exit 1
}

"$program" >"$home/log" 2>&1 &
editor=$!
sleep 5
xdotool windowfocus "$(xdotool search --onlyvisible --pid "$editor" | head -n 1)"
frame 120
xdotool mousemove 400 70 click 1 sleep 1
xdotool type --delay 40 "${PROMPT:-a brown horse beside a cactus in the desert}"
sleep 1.5
frame 150
xdotool key ctrl+Return
sleep 2
frame 60
done_sampling
sleep 1
frame 250
# One of the ten is picked, its animal dragged and turned round.
xdotool mousemove $((106 + 92 * ${PICK:-0})) 735 click 1 sleep 1.5
frame 120
xdotool mousemove "${ANIMAL_X:-560}" "${ANIMAL_Y:-425}" sleep 0.5 mousedown 1 sleep 0.5 mousemove_relative -- 8 14 sleep 0.3
frame 40
xdotool mousemove_relative -- 10 20 sleep 0.5
frame 40
xdotool mouseup 1 sleep 1
frame 100
xdotool mousemove 784 171 click 1 sleep 1.5
frame 150
xdotool key ctrl+Return
sleep 1
done_sampling
xdotool key Escape sleep 1.5
frame 350

# Every frame has colours of its own, or the images would be posterised.
arguments=()
for i in "${!frames[@]}"; do
    convert "${frames[i]}" -filter Lanczos -resize 960x600 +dither -colors 256 "$home/$i.gif"
    arguments+=(-delay "${delays[i]}" "$home/$i.gif")
done
convert "${arguments[@]}" -layers Optimize -loop 0 "$out"
