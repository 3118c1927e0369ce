"""The measured part of a model card: written between two markers, so that what people wrote around it stays."""

import os

WORDS = {1: "one", 2: "two", 3: "three"}
BEGIN, END = "<!-- figures: begin (written by evaluate) -->", "<!-- figures: end -->"


def figures_text(figures, command, pack_hash):
    """The figures as Markdown."""
    run, recall = figures["run"], figures["recall"]
    lines = [
        f"Measured by `{command}` on the pack with `pack.json` {pack_hash[:12]}: {run['captions']} captions from templates kept out of training, "
        f"{run['candidates']} candidates each, segmentation in {run['steps']} steps with guidance {run['guidance']}.",
        "",
        "| what | this pack | renders |",
        "| --- | --- | --- |",
        _row("recall of asked classes, first seed", recall["first"], recall["renders"]),
        _row("recall, mean of all seeds", recall["mean"], None),
        _row(f"recall, best of {run['candidates']}", recall["best"], None),
        _row("recall, candidate ranked first", recall["chosen"], None),
        _row("recall of objects alone, first seed", recall["objects_first"], None),
        _row("every asked class found, first seed", recall["all_found_first"], None),
        _row(f"every asked class found, best of {run['candidates']}", recall["all_found_best"], None),
        _row("*control:* recall against another caption's classes", recall["shuffled_first"], recall["shuffled_renders"]),
        _row("*control:* classes nobody asked for, a map, first seed", recall["unasked_first"], recall["unasked_renders"]),
        _row("*control:* the same, candidate ranked first", recall["unasked_chosen"], None),
        *_likeliest_rows(recall),
        _row("*ceiling:* recall of true maps through the autoencoder", figures["autoencoder"]["recall"], None),
        _row("*ceiling:* pixels / object pixels through the autoencoder", None, None, f"{figures['autoencoder']['pixels']:.3f} / {figures['autoencoder']['object_pixels']:.3f}"),
    ]
    lines += _silhouette_rows(figures.get("silhouette")) + _attribute_rows(figures["attributes"]) + _trial_rows(figures["trials"]) + _given_rows(figures["given"]) + _image_rows(figures.get("image")) + _fidelity_rows(figures["fidelity"])
    return "\n".join(lines + _shown_rows(figures.get("shown"), run["candidates"]) + _details(figures))


def write_figures(path, text):
    """Replace what stands between the markers of the file at `path`; a file without them gets them at its end."""
    card = ""
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            card = file.read()
    if BEGIN not in card or END not in card:
        card = f"{card.rstrip()}\n\n{BEGIN}\n{END}\n".lstrip()
    head, rest = card.split(BEGIN, 1)
    card = f"{head}{BEGIN}\n{text}\n{END}{rest.split(END, 1)[1]}"
    with open(path + ".partial", "w", encoding="utf-8") as file:
        file.write(card)
    os.replace(path + ".partial", path)


def _row(what, value, renders, text=None):
    cell = lambda v: "" if v is None or v != v else f"{v:.3f}"
    return f"| {what} | {text or cell(value)} | {cell(renders)} |"


def _likeliest_rows(recall):
    what = "*control:* classes nobody asked for, first seed, if every pixel took its likeliest class whatever the prompt names"
    return [_row(what, recall["unasked_likeliest"], None)] if "unasked_likeliest" in recall else []


def _fidelity_rows(crowds):
    rows = []
    for what, found in crowds.items():
        drawn, others = found["drawn"], found["others"]
        rows.append(_row(f"Fréchet distance of {what} to renders (beside it: renders of other scenes)", drawn["frechet"], others["frechet"]))
        rows += [_row(f"{part} of {what} among renders", drawn[part], others[part]) for part in ("precision", "recall")]
    return rows


def _silhouette_rows(s):
    if not s:
        return []
    return [
        _row("**silhouette accuracy**, first seed", s["first"], s["renders"]),
        _row("silhouette accuracy, candidate ranked first", s["chosen"], None),
        _row("silhouette accuracy of true maps through the autoencoder", s["autoencoder"], None),
        _row("silhouette accuracy as a share of the renders', first seed / ranked first", None, None, f"**{s['share_first']:.3f}** / {s['share_chosen']:.3f}"),
    ]


def _attribute_rows(a):
    counts, chosen, true = a["counts"], a["counts_chosen"], a["counts_renders"]
    rows = [
        _row(f"relations kept ({a['relations_count']} maps, both things found; chance is about a half)", a["relations"], a["relations_renders"]),
        _row("relations kept, candidate ranked first", a["relations_chosen"], None),
    ]
    for n in counts:
        rows.append(_row(f"count of {WORDS[n]} right ({counts[n][1]} in maps)", counts[n][0], true[n][0]))
        rows.append(_row(f"count of {WORDS[n]} right, candidate ranked first ({chosen[n][1]})", chosen[n][0], None))
    return rows


def _shown_rows(shown, candidates):
    """A table of what the editor shows: as drawn, and as it is mended then."""
    if not shown:
        return []
    (drawn, drawn_first), (mended, mended_first) = shown["drawn"], shown["mended"]
    columns = drawn, drawn_first, mended, mended_first, shown["renders"]
    values = {"recall": lambda c: c["recall"], "classes nobody asked for, a map": lambda c: c["unasked"], "silhouettes named": lambda c: c["silhouettes"][0]}
    values |= {"the same, of the renders'": lambda c: c["silhouettes"][0] / shown["renders"]["silhouettes"][0], "relations kept": lambda c: c["relations"]}
    values |= {f"count of {WORDS[n]} right ({drawn_first['counts'][n][1]} in one map a caption)": lambda c, n=n: c["counts"][n][0] for n in drawn["counts"]}
    titles = ["what", f"all {candidates}, as drawn", "ranked first, as drawn", f"all {candidates}, mended as in the editor", "**ranked first, mended**", "renders"]
    rows = ["", "What the editor shows: maps as they are drawn, and after the rounds in which it mends those that lack something (`evaluate.mending`).", ""]
    rows += [f"| {' | '.join(titles)} |", f"|{' --- |' * len(titles)}"]
    return rows + [f"| {what} | {' | '.join(f'{of(column):.3f}' for column in columns)} |" for what, of in values.items()]


def _trial_rows(trials):
    rows = [_row("share kept of what a caption asks for (classes, counts, relation), first seed", trials["first"], trials["renders"])]
    for threshold, within in trials["within"].items():
        numbers = [n for n in (1, 2, 5, 10) if n <= len(within)]
        what = f"captions of which {'all' if threshold == 1 else f'{threshold:.0%} or more'} is kept, within {' / '.join(map(str, numbers))} trials"
        rows.append(_row(what, None, None, " / ".join(f"{within[n - 1]:.3f}" for n in numbers)))
    return rows


def _image_rows(image):
    if not image:
        return []
    ours, true, shuffled = image["images"], image["renders"], image["shuffled"]
    rows = [
        _row("image agrees with its map: mean IoU", ours["miou"], true["miou"]),
        _row("image agrees with its map: pixels", ours["pixels"], true["pixels"]),
        _row("*control:* the same with another caption's map: mean IoU", shuffled["miou"], None),
        _row(f"asked colour read in the image ({ours['colours_count']} objects)", ours["colours"], true["colours"]),
    ]
    if several := image.get("several"):
        rows.append(_row(f"the same in {several['draws']} images of each map ({several['count']})", several["kept"], None))
    for name, what, form in (("depth", "depth read in the image, mean difference from its map, of the range", "{:.3f}"), ("normal", "normals read in the image, mean angle to their map", "{:.1f}°")):
        if name in ours:
            said = [form.format(value) for value in (ours[name]["error"], ours[name]["chance"], true[name]["error"])]
            rows.append(f"| {what} (another caption's) | {said[0]} ({said[1]}) | {said[2]} |")
    return rows


def _given_rows(given):
    rows = []
    if "depth" in given:
        rows.append(_row("depth of the true map: mean error, of its range (another caption's depth)", None, None, f"{given['depth']['error']:.3f} ({given['depth']['chance']:.3f})"))
    if "normal" in given:
        rows.append(_row("normals of the true map: mean angle (another caption's)", None, None, f"{given['normal']['error']:.1f}° ({given['normal']['chance']:.1f}°)"))
    if "pose" in given:
        pose = given["pose"]
        rows.append(_row(f"joints of the true map's people found / right ({pose['joints']} joints, within 4% of the side)", None, None, f"{pose['found']:.3f} / {pose['true']:.3f}"))
    return rows


def _details(figures):
    lines = []
    kinds = figures["attributes"]["by_kind"]
    if kinds:
        said = ", ".join(f"{kind} {share:.2f} ({count})" for kind, (share, count) in kinds.items())
        lines += ["", f"Relations by kind (maps): {said}."]
    classes = (figures.get("silhouette") or {}).get("by_class")
    if classes:
        said = ", ".join(f"{name} {share:.2f} ({count})" for name, (share, count) in classes.items())
        lines += ["", f"Silhouettes by class, all candidates (outlines), worst first: {said}."]
    return lines
