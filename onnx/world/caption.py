"""Captions as people speak them, true of the scene that `scene.realize` builds for the same spec."""

from world.classes import INDEX, LATEST, classes_of, plural_of
from world.spec import SKY

_CLASSES = classes_of(LATEST)  # a spec names its classes itself, whatever its version

_NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}

_PLACE_PHRASES = {
    "meadow": ("in a meadow", "on the grass", "in a green field", "in the meadow", "on a lawn", "in a grassy field"),
    "hill": ("on a grassy hill", "on a green hill"),
    "beach": ("at the beach", "on the beach", "on a sandy beach", "at the seaside", "by the sea"),
    "sea": ("at sea", "on the ocean", "out on the water", "on the sea", "on a blue ocean"),
    "snow": ("in the snow", "in a snowy field", "on fresh snow", "in deep snow"),
    "snowy hill": ("on a snowy hill", "on a hill of snow"),
    "desert": ("in the desert", "in the sand", "among the dunes", "in a dry desert"),
    "road": ("on the road", "on a street", "by the road", "on a quiet street", "along a country road"),
    "town": ("in a town", "in a village", "in the town", "in a small village"),
}
_MOUNTAIN_PHRASES = ("in front of the mountains", "with mountains in the background", "with mountains behind", "below the mountains")
_HOUR_PHRASES = {
    "day": ("by day", "on a bright day", "on a clear day", "at noon"),
    "sunset": ("at sunset", "in the evening light", "at dusk"),
    "night": ("at night", "at midnight", "on a dark night"),
    "overcast": ("in grey weather", "in dull weather", "on a grey day", "on a gloomy day"),
    "dawn": ("at dawn", "in the early morning", "at sunrise"),
}
_RELATION_PHRASES = {
    "left of": ("to the left of", "left of", "on the left of"),
    "right of": ("to the right of", "right of", "on the right of"),
    "behind": ("behind", "at the back of"),
    "in front of": ("in front of", "before"),
    "under": ("under", "below", "beneath"),
    "above": ("above", "over"),
    "next to": ("next to", "beside", "near", "by"),
}

# {t} things, {p} place, {h} hour; {is} agrees with the first of the things. The key is which slots a template has.
_TRAIN = {
    "t": (
        "{t}", "{t}", "{t}", "a picture of {t}", "there {is} {t}", "a scene with {t}", "{t}, made of clay", "an image of {t}", "just {t}",
        "i want {t}", "draw {t}", "a clay model of {t}", "a little diorama with {t}", "show me {t}", "a toy world with {t}",
    ),
    "tp": (
        "{t} {p}", "{t} {p}", "{p}, {t}", "a picture of {t} {p}", "there {is} {t} {p}", "{t} standing around {p}", "{p} there {is} {t}",
        "a scene {p} with {t}", "a view of {t} {p}", "an image of {t} {p}", "a clay diorama of {t} {p}", "show {t} {p}",
        "someone placed {t} {p}",
    ),
    "th": (
        "{t} {h}", "{h}, {t}", "a picture of {t} {h}", "there {is} {t} {h}", "{t}, {h}", "a scene {h} with {t}", "an image of {t} {h}",
        "a clay diorama {h}: {t}",
    ),
    "tph": (
        "{t} {p} {h}", "{h}, {t} {p}", "a picture of {t} {p} {h}", "{p} {h}, {t}", "{t} {p}, {h}", "there {is} {t} {p} {h}",
        "a scene {p} {h} with {t}", "a little diorama of {t} {p}, seen {h}",
    ),
}  # fmt: skip
_HELD_OUT = {
    "t": ("a photo of {t}", "we can see {t}", "please paint {t} for me", "an illustration showing {t}"),
    "tp": ("a photo of {t} {p}", "{t} can be seen {p}", "imagine {t} {p}", "please paint {t} {p}"),
    "th": ("{h} we see {t}", "a photo of {t} taken {h}", "imagine {t} {h}"),
    "tph": ("{h} one can see {t} {p}", "a photo of {t} {p}, taken {h}", "imagine {t} {p} {h}", "{p}, {t}, all {h}"),
}
TEMPLATES = {"train": _TRAIN, "held_out": _HELD_OUT}


def _pick(rng, options):
    return options[int(rng.random() * len(options))]


def _sign_phrase(group, rng):
    """A sign and what it says, or the letters themselves. Capitals, as they stand in the picture."""
    if group.look == "letters":
        noun = _pick(rng, ("letters", "big letters", "clay letters", "letters"))
        noun = f"{group.colour} {noun}" if group.colour else noun
        said = _pick(rng, ('that say "{w}"', 'spelling "{w}"', 'that spell "{w}"', '"{w}"', 'reading "{w}"'))
    else:
        noun = _pick(rng, ("sign", "sign", "sign", "signboard", "billboard"))
        noun = f"{group.colour} {noun}" if group.colour else noun
        noun = ("an " if noun[0] in "aeiou" else "a ") + noun
        said = _pick(rng, ('that says "{w}"', 'that says "{w}"', 'reading "{w}"', 'with the word "{w}"', 'with "{w}" on it', 'saying "{w}"'))
    return f"{noun} {said.format(w=group.word)}"


def _flying(noun, rng):
    """The noun of a thing in the air: its caption must say so, or it might as well stand."""
    r = rng.random()
    if r < 0.5:
        return f"flying {noun}"
    return f"{noun} {'in flight' if r < 0.75 else 'in the air'}"


def _noun_phrase(group, bare, rng):
    if group.word:
        return _sign_phrase(group, rng)
    info = _CLASSES[INDEX[group.name]]
    # The class's own name half of the time, one of its synonyms otherwise.
    word = info.name if rng.random() < 0.5 else _pick(rng, info.synonyms)
    several = group.count > 1
    noun = plural_of(word) if several else word
    if group.colour and group.name == "person":
        noun = f"{noun} in {group.colour}" if rng.random() < 0.6 else f"{noun} dressed in {group.colour}"
    elif group.colour:
        noun = f"{group.colour} {noun}"
    if group.look == "flying bird":
        noun = _flying(noun, rng)
    if several:
        if group.count == 2 and rng.random() < 0.2:
            return _pick(rng, ("a pair of ", "a couple of ")) + noun
        return f"{_NUMBERS[group.count]} {noun}"
    if group.name == "sun" or (group.name == "airplane" and rng.random() < 0.05):
        return f"the {noun}"
    if bare:
        return noun
    if rng.random() < 0.07:
        return f"one {noun}"
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def _join(phrases, rng):
    if len(phrases) == 1:
        return phrases[0]
    if rng.random() < 0.12:
        return ", ".join(phrases)
    return ", ".join(phrases[:-1]) + (" with " if rng.random() < 0.12 else " and ") + phrases[-1]


def _agrees(group):
    """How many a verb agrees with."""
    return 2 if group.look == "letters" else group.count


def _things(spec, rng):
    """The groups in words, and how many the first one counts."""
    bare = rng.random() < 0.10  # "dog and red car", as one types when in a hurry
    phrases = [_noun_phrase(g, bare, rng) for g in spec.objects]
    rest = list(range(len(phrases)))
    if not spec.relations:
        for i in range(len(rest) - 1, 0, -1):
            j = int(rng.random() * (i + 1))
            rest[i], rest[j] = rest[j], rest[i]
        return _join([phrases[i] for i in rest], rng), _agrees(spec.objects[rest[0]])
    relation = spec.relations[0]
    said = f"{phrases[relation.a]} {_pick(rng, _RELATION_PHRASES[relation.kind])} {phrases[relation.b]}"
    rest = [phrases[i] for i in rest if i not in (relation.a, relation.b)]
    if not rest:
        return said, _agrees(spec.objects[relation.a])
    return f"{said}, and {_join(rest, rng)}" if rng.random() < 0.7 else f"{said}, with {_join(rest, rng)}", _agrees(spec.objects[relation.a])


def describe(spec, rng, split="train"):
    """A caption for spec. split 'train' or 'held_out': their sentence templates are disjoint, their words are not."""
    things, count = _things(spec, rng)
    slots = {"t": things, "is": "are" if count > 1 else "is"}
    key = "t"
    if spec.place:
        slots["p"] = _pick(rng, _PLACE_PHRASES[spec.place])
        key += "p"
    if spec.mountain:
        mountain = _pick(rng, _MOUNTAIN_PHRASES)
        slots["p"] = f"{slots['p']} {mountain}" if spec.place else mountain
        key = "tp"
    if spec.hour:
        slots["h"] = _pick(rng, _HOUR_PHRASES[spec.hour])
        key += "h"
    templates = TEMPLATES[split][key]
    if spec.version > 0 and any(group.look in SKY for group in spec.objects):
        templates = [t for t in templates if "standing" not in t]  # version 0 lets airplanes stand around
    text = _pick(rng, templates).format(**slots)
    if rng.random() < 0.25:
        text = text[0].upper() + text[1:] + "."
    return text
