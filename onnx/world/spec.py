"""What a picture is about, before there is a picture: place, hour, groups of objects, one relation."""

from typing import NamedTuple

from world.classes import classes_of
from world.words import WORDS

# Place -> backgrounds that its name promises.
PLACES = {
    "meadow": ("meadow",),
    "hill": ("meadow",),
    "beach": ("sand", "sea"),
    "sea": ("sea",),
    "snow": ("snow",),
    "snowy hill": ("snow",),
    "desert": ("sand",),
    "road": ("road",),
    "town": ("road",),
}
HOURS = ("day", "sunset", "night", "overcast", "dawn")
RELATIONS = ("left of", "right of", "behind", "in front of", "under", "above", "next to")

# Some classes look different enough to be asked for by their form; (class, form) -> look. All other things look like their class.
FORMS = {"bird": ("standing", "flying"), "sign": ("board", "letters")}
_LOOKS = {("bird", "flying"): "flying bird", ("sign", "letters"): "letters"}
SKY = ("airplane", "cloud", "sun", "flying bird")  # looks


_OFTEN = ((), ("sign",))  # by version: drawn twice as often as the others, for a sign has 26 letters to teach


def look_of(name, form):
    """What a thing's outline, size and place depend on: its class, but for second forms such as 'flying bird' and 'letters'."""
    return _LOOKS.get((name, form), name)


def objects_of(version):
    """Names of the classes that a version of the world puts into its scenes."""
    return tuple(c.name for c in classes_of(version) if c.kind == "object")


# Colours one may ask for, by look where a look has its own.
COLOURS = {
    "dog": ("brown", "black", "white", "grey"),
    "cat": ("orange", "black", "white", "grey"),
    "horse": ("brown", "black", "white", "grey"),
    "person": ("red", "blue", "green", "yellow", "purple", "pink", "white", "orange"),
    "car": ("red", "blue", "yellow", "green", "white", "black", "orange", "pink", "purple"),
    "boat": ("red", "blue", "white", "green", "yellow", "orange", "brown"),
    "airplane": ("white", "red", "blue", "yellow", "green", "orange", "pink"),
    "house": ("red", "white", "yellow", "blue", "pink", "orange", "green"),
    "tower": ("grey", "white", "brown", "red"),
    "umbrella": ("red", "blue", "yellow", "green", "orange", "pink", "purple"),
    "ball": ("red", "blue", "yellow", "green", "orange", "pink", "purple"),
    "squirrel": ("orange", "brown", "grey", "black"),
    "rhino": ("grey", "white", "black"),
    "bird": ("blue", "red", "yellow", "white", "black", "brown", "green"),
    "bridge": ("grey", "red", "white", "brown"),
    "flower": ("red", "yellow", "pink", "purple", "white", "blue", "orange"),
    "rock": ("grey", "brown", "black"),
    "mushroom": ("red", "brown", "white", "orange"),
    "bench": ("brown", "red", "green", "blue", "white"),
    "sign": ("white", "yellow", "red", "blue", "green", "black"),
    "letters": ("yellow", "red", "blue", "green", "purple", "black"),  # white ones would not be read against snow or sand
}

COLOUR_WORDS = tuple(sorted({word for words in COLOURS.values() for word in words}))

# Where each class feels at home, as (place, weight); a place that is not listed has weight 1.
_HOME = {
    "boat": {"sea": 6, "beach": 5},
    "cactus": {"desert": 8},
    "snowman": {"snow": 7, "snowy hill": 4},
    "sandcastle": {"beach": 8, "desert": 2},
    "umbrella": {"beach": 5},
    "car": {"road": 5, "town": 3},
    "house": {"town": 5, "meadow": 2, "hill": 2},
    "tower": {"hill": 3, "town": 2, "meadow": 2},
    "horse": {"meadow": 3, "hill": 2},
    "fir": {"snow": 3, "snowy hill": 3, "meadow": 2},
    "tree": {"meadow": 3, "hill": 3},
    "ball": {"beach": 2, "meadow": 2},
    "squirrel": {"meadow": 3, "hill": 2},
    "rhino": {"meadow": 3, "desert": 2},
    "bridge": {"sea": 5, "road": 4},
    "flower": {"meadow": 5, "hill": 3},
    "rock": {"beach": 2, "hill": 2, "desert": 2},
    "mushroom": {"meadow": 5, "hill": 3},
    "bench": {"meadow": 2, "road": 2, "town": 2, "beach": 2},
    "sign": {"road": 4, "town": 2},
    "flying bird": {"sea": 2, "beach": 2},
}
_NEVER = {  # the mind refuses these
    "cactus": ("snow", "snowy hill"),
    "snowman": ("desert", "beach"),
    "sandcastle": ("snow", "snowy hill", "road", "town"),
    "flower": ("snow", "snowy hill", "desert"),
    "mushroom": ("snow", "snowy hill", "desert", "beach"),
    "bridge": ("hill", "snowy hill", "beach", "desert"),  # on a slope or a strand it would span nothing
    "bench": ("hill", "snowy hill"),  # one of its ends would hang in the air
}
_RELATION_WEIGHTS = {"left of": 5, "right of": 5, "behind": 3, "in front of": 3, "under": 4, "above": 4, "next to": 2.5}
# What fits under what, among things on the ground.
_SHELTERED = {
    "umbrella": ("dog", "cat", "person", "ball", "snowman", "sandcastle", "squirrel", "bird", "bench", "flower"),
    "tree": ("dog", "cat", "ball", "squirrel", "bird", "bench", "mushroom", "flower"),
}
_AFLOAT = ("boat", "airplane", "cloud", "sun", "bridge", "flying bird")


class ObjectSpec(NamedTuple):
    """A group: `count` objects of class `name`, all of `colour` (None: whatever), of one of the class's FORMS, with `word` written on them."""

    name: str
    count: int
    colour: str | None
    form: str | None = None
    word: str | None = None

    @property
    def look(self):
        return look_of(self.name, self.form)


class Relation(NamedTuple):
    """`kind` from RELATIONS holds between groups a and b (indices into Spec.objects): a is left of b."""

    kind: str
    a: int
    b: int


class Spec(NamedTuple):
    """What a caption says; place and hour are None where it says nothing of them. `mountain`: mountains are mentioned.

    `version` of the world that it was drawn from, and whose rules its scenes keep.
    """

    place: str | None
    hour: str | None
    objects: tuple
    relations: tuple
    mountain: bool
    version: int = 0

    def asked(self):
        """Class name -> how many the caption asks for: objects with their counts, backgrounds with 1."""
        asked = {}
        for group in self.objects:
            asked[group.name] = asked.get(group.name, 0) + group.count
        for name in PLACES[self.place] if self.place else ():
            asked[name] = 1
        if self.mountain:
            asked["mountain"] = 1
        return asked


def choose(rng, weights):
    """Index drawn in proportion to weights."""
    r = rng.random() * sum(weights)
    for i, w in enumerate(weights):
        r -= w
        if r < 0.0:
            return i
    return len(weights) - 1


def _allowed(place, looks):
    if place == "sea":
        return all(n in _AFLOAT for n in looks)
    if "boat" in looks and place != "beach":
        return False
    if place == "town" and "house" not in looks:
        return False
    return not any(place in _NEVER.get(n, ()) for n in looks)


def place_weights(looks):
    """Place -> how well objects of these looks suit it (0: never)."""
    weights = {}
    for place in PLACES:
        w = 1.0
        for n in looks:
            w *= _HOME.get(n, {}).get(place, 1.0)
        weights[place] = w if _allowed(place, looks) else 0.0
    return weights


def _sample_groups(rng, total, names):
    """Groups of objects with `total` objects in all, few alike."""
    groups, left, used = [], total, set()
    while left > 0:
        count = 1
        if left >= 2 and rng.random() < 0.28:
            count = 2 if left == 2 or rng.random() < 0.65 else 3
        name = names[int(rng.random() * len(names))]
        if name in ("cloud", "sun") and rng.random() < 0.35:
            continue  # these come often enough as company
        if name in used or (count > 1 and name in ("sun", "sign", "bridge")):
            continue
        form = FORMS[name][int(rng.random() < 0.45)] if name in FORMS else None
        if look_of(name, form) in SKY and sum(g.count for g in groups if g.look in SKY) + count > 3:
            continue
        used.add(name)
        colour = None
        colours = COLOURS.get(look_of(name, form)) or COLOURS.get(name)
        if colours and rng.random() < 0.38:
            colour = colours[int(rng.random() * len(colours))]
        groups.append(ObjectSpec(name, count, colour, form, _word(rng, total) if name == "sign" else None))
        left -= count
    return groups


def _word(rng, total):
    """A word for a sign; in company signs are small, and only short words can still be read."""
    words = [w for w in WORDS if len(w) <= (5 if total == 1 else 4 if total == 2 else 3)]
    return words[int(rng.random() * len(words))]


def _can_relate(kind, ga, gb):
    """Whether a scene can show group ga in relation `kind` to gb so that nobody doubts it."""
    sky_a, sky_b = ga.look in SKY, gb.look in SKY
    if kind in ("left of", "right of"):
        return True
    if ga.count > 1 or gb.count > 1:
        return False
    if kind in ("behind", "in front of"):
        return not (sky_a or sky_b or "boat" in (ga.name, gb.name))
    if kind == "next to":
        return not (sky_a or sky_b) and (ga.name == "boat") == (gb.name == "boat")
    if kind == "above":
        return sky_a and not sky_b
    if sky_a:
        return False
    if sky_b:
        return True
    return ga.name in _SHELTERED.get(gb.name, ())


def _sample_relation(rng, groups):
    """A relation that these groups can stand in."""
    chances = []
    for kind, weight in _RELATION_WEIGHTS.items():
        pairs = [(a, b) for a, ga in enumerate(groups) for b, gb in enumerate(groups) if a != b and _can_relate(kind, ga, gb)]
        if pairs:
            chances.append((weight, kind, pairs))
    _, kind, pairs = chances[choose(rng, [c[0] for c in chances])]
    return Relation(kind, *pairs[int(rng.random() * len(pairs))])


def sample_spec(rng, objects=(1, 6), version=0):
    """Draws a Spec with objects[0]..objects[1] objects (instances, not groups), mostly one to three, of the world's `version`."""
    low, high = objects
    classes = objects_of(version) + _OFTEN[version]
    weights = [(20, 27, 24, 13, 9, 7)[k - 1] if k <= 6 else 1 for k in range(low, high + 1)]
    while True:
        groups = _sample_groups(rng, low + choose(rng, weights), classes)
        names = [g.name for g in groups]
        place = None
        suits = place_weights([g.look for g in groups])
        if rng.random() < 0.62:
            place = tuple(PLACES)[choose(rng, tuple(suits.values()))]
            if suits[place] == 0.0:
                place = None
        if all(w == 0.0 for w in suits.values()):
            continue  # a boat and a snowman: no place suits both
        break
    hour = HOURS[choose(rng, (2, 4, 4, 2, 2))] if rng.random() < 0.38 else None
    if "sun" in names and hour in ("night", "overcast"):
        hour = None
    relation = _sample_relation(rng, groups) if len(groups) > 1 and rng.random() < 0.48 else None
    mountain = place not in ("hill", "snowy hill") and rng.random() < 0.11
    return Spec(place, hour, tuple(groups), (relation,) if relation else (), mountain, version)
