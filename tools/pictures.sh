#!/usr/bin/env bash
# Makes the README's sheets of prompts and of edits anew, with the bundled pack. Look at them before you commit them.
#
#   tools/pictures.sh PROGRAM [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
program=$1 folder=${2:-assets/readme}
aside=$(mktemp -d)
trap 'rm -rf "$aside"' EXIT
white=(-background white -depth 8)

# sheet FILE SIDE "VARIABLES" PROMPT...: a row for each prompt, seed 1, chosen by the ranking alone.
sheet() {
    local file=$1 side=$2 variables=$3 prompt variable tiles=() row=0
    for prompt in "${@:4}"; do
        row=$((row + 1))
        "$program" generate "$prompt" --seed 1 --device cpu --out "$aside/$file/$row" >/dev/null
        for variable in $variables; do tiles+=("$aside/$file/$row/$variable.png"); done
    done
    montage "${tiles[@]}" -tile "$(wc -w <<<"$variables")x" -geometry "${side}x$side+1+1" "${white[@]}" miff:- | convert - -shave 1x1 -quality 88 "$folder/$file.jpg"
    printf '%s/%s.jpg\n' "$folder" "$file"
}

sheet five-prompts 204 "segmentation depth normal sketch image" "a dog and a red car on a meadow" "a snowman and a fir tree in the snow" \
    "a boat on the sea at sunset" "a house and a tree with a cloud above" "a horse beside a cactus in the desert"
sheet new-things 204 "segmentation depth normal sketch image" "a mushroom right of a squirrel on a meadow" "a bird above a bench by the sea" \
    "a rhino right of a rock in the desert" "a yellow flower left of a bridge" 'a sign that says "HELLO" beside a house'
sheet people 170 "segmentation depth normal pose sketch image" "a woman and a dog on the beach" "two children in the snow" "a man beside a car"

"$program" generate "a dog left of a red car on a meadow" --seed 2 --candidates 4 --device cpu --out "$aside/park" >/dev/null
for script in dog-to-horse add-a-cloud write-a-sign; do
    "$program" replay "assets/samples/$script.json" --device cpu --out "$aside/$script" >/dev/null
done
maps=("$aside"/{park,dog-to-horse,add-a-cloud}/segmentation.png "$aside/write-a-sign/sketch.png")
montage "${maps[@]}" "$aside"/{park,dog-to-horse,add-a-cloud,write-a-sign}/image.png -tile 4x -geometry 240x240+2+2 "${white[@]}" -quality 88 "$folder/words.jpg"
printf '%s/words.jpg\n' "$folder"
