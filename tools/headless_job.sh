#!/usr/bin/env bash
# The main job without a window: a prompt, ten candidates, the image of the best; then a dog is
# moved and mirrored, a cloud drawn, and the image follows.
#
#   tools/headless_job.sh PROGRAM OUT [PACK]
set -euo pipefail
cd "$(dirname "$0")/.."
program=$1 out=$2 pack=${3:-onnx/packs/clay}
prompt="a dog and a red car on a meadow"

fail() { printf 'headless job: %s\n' "$*" >&2; exit 1; }

rm -rf "$out"
"$program" generate "$prompt" --seed 1 --candidates 10 --pack "$pack" --out "$out/generated" >/dev/null
"$program" replay assets/samples/move-the-dog.json --project "$out/generated/project.underpaint" \
    --pack "$pack" --out "$out/edited" >/dev/null

for name in segmentation depth normal sketch image; do
    for folder in generated edited; do
        [[ -s $out/$folder/$name.png ]] || fail "$out/$folder/$name.png was not written"
    done
    if cmp -s "$out/generated/$name.png" "$out/edited/$name.png"; then
        fail "$name did not change with the edit"
    fi
done
.runtime/venv/bin/python - "$out" "$prompt" <<'PYTHON'
import json, sys

out, prompt = sys.argv[1:]
generated = json.load(open(f"{out}/generated/report.json", encoding="utf-8"))
edited = json.load(open(f"{out}/edited/report.json", encoding="utf-8"))
ranked = generated["candidates"]
assert generated["prompt"] == prompt == edited["prompt"]
assert len(ranked) == 10 and generated["chosen_seed"] == ranked[0]["seed"]
assert [c["recall"] for c in ranked] == sorted((c["recall"] for c in ranked), reverse=True)
assert {f["name"]: f["state"] for f in generated["factors"]} == dict.fromkeys(("segmentation", "depth", "normal", "pose", "sketch", "image"), "fresh")
assert {f["name"]: f["state"] for f in edited["factors"]}["segmentation"] == "given"
assert "segmentation" not in edited["seconds"] and set(edited["seconds"]) == {"depth", "normal", "pose", "sketch", "image"}
found = ", ".join(ranked[0]["found"]) or "nothing"
print(f'"{prompt}": the best of 10 shows {found}; {sum(generated["seconds"].values()):.1f} s, after the edit {sum(edited["seconds"].values()):.1f} s')
PYTHON
printf 'before the edit  %s\nafter the edit   %s\n' "$out/generated/image.png" "$out/edited/image.png"
