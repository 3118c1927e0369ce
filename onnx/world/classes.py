"""The classes of the world, their palette, and the words people use for them."""

from typing import NamedTuple

MAX_CLASSES = 40  # size of the class-logit head; indices behind a version's classes are reserved
LATEST = 1  # versions of the world: 0 is what pack v0.1 was trained on, 1 adds what stands in _ADDED


class ClassInfo(NamedTuple):
    """One class: `colour` is its palette entry (r, g, b), 0..255; `synonyms` starts with the name itself."""

    index: int
    name: str
    kind: str  # 'background' or 'object'
    colour: tuple
    synonyms: tuple
    plural: str


# name, kind, colour, synonyms as "singular/plural" (the plural is left out where a word has none)
_ROWS = (
    ("sky", "background", (134, 213, 252), "sky/skies"),
    ("cloud", "object", (255, 255, 255), "cloud/clouds"),
    ("sun", "object", (255, 220, 14), "sun/suns"),
    ("mountain", "background", (113, 99, 166), "mountain/mountains peak/peaks mountain_range/mountain_ranges"),
    ("meadow", "background", (116, 217, 68), "meadow/meadows grass field/fields lawn/lawns grassy_hill/grassy_hills green_hill/green_hills"),
    ("sand", "background", (239, 221, 123), "sand/sands desert/deserts beach/beaches dune/dunes"),
    ("sea", "background", (19, 104, 200), "sea/seas ocean/oceans seaside water coast seashore/seashores"),
    ("snow", "background", (198, 228, 197), "snow snowy_hill/snowy_hills snowy_field/snowy_fields"),
    ("road", "background", (83, 61, 83), "road/roads street/streets lane/lanes town/towns village/villages"),
    ("dog", "object", (172, 92, 28), "dog/dogs puppy/puppies hound/hounds doggy/doggies"),
    ("cat", "object", (255, 137, 0), "cat/cats kitten/kittens kitty/kitties"),
    ("horse", "object", (101, 39, 2), "horse/horses pony/ponies stallion/stallions mare/mares"),
    ("person", "object", (255, 162, 181), "person/people man/men woman/women child/children girl/girls boy/boys"),
    ("car", "object", (223, 21, 37), "car/cars automobile/automobiles"),
    ("boat", "object", (0, 186, 190), "boat/boats sailboat/sailboats sailing_boat/sailing_boats yacht/yachts"),
    ("airplane", "object", (132, 57, 238), "airplane/airplanes plane/planes aeroplane/aeroplanes aircraft"),
    ("house", "object", (205, 68, 121), "house/houses cottage/cottages home/homes cabin/cabins"),
    ("tower", "object", (123, 135, 90), "tower/towers castle_tower/castle_towers turret/turrets"),
    ("tree", "object", (21, 149, 33), "tree/trees oak/oaks"),
    ("fir", "object", (0, 72, 66), "fir/firs fir_tree/fir_trees pine/pines pine_tree/pine_trees"),
    ("cactus", "object", (191, 255, 59), "cactus/cacti"),
    ("umbrella", "object", (242, 36, 191), "umbrella/umbrellas parasol/parasols sunshade/sunshades"),
    ("ball", "object", (59, 18, 153), "ball/balls"),
    ("snowman", "object", (211, 167, 255), "snowman/snowmen"),
    ("sandcastle", "object", (207, 145, 86), "sandcastle/sandcastles sand_castle/sand_castles"),
)
# What version 1 adds. A class keeps its index for good, so rows are only ever appended.
_ADDED = (
    ("squirrel", "object", (197, 0, 255), "squirrel/squirrels"),
    ("rhino", "object", (86, 144, 236), "rhino/rhinos rhinoceros/rhinoceroses"),
    ("bird", "object", (255, 0, 112), "bird/birds birdie/birdies"),
    ("bridge", "object", (151, 0, 117), "bridge/bridges"),
    ("flower", "object", (255, 93, 254), "flower/flowers bloom/blooms"),
    ("rock", "object", (105, 140, 4), "rock/rocks boulder/boulders stone/stones"),
    ("mushroom", "object", (192, 107, 198), "mushroom/mushrooms toadstool/toadstools"),
    ("bench", "object", (176, 189, 2), "bench/benches park_bench/park_benches"),
    ("sign", "object", (27, 4, 250), "sign/signs signboard/signboards billboard/billboards letters"),
)


def _info(index, row):
    name, kind, colour, words = row
    pairs = [w.replace("_", " ").split("/") for w in words.split()]
    return ClassInfo(index, name, kind, colour, tuple(p[0] for p in pairs), pairs[0][-1])


_ALL = tuple(_info(i, row) for i, row in enumerate(_ROWS + _ADDED))
CLASSES = _ALL[: len(_ROWS)]  # of version 0
INDEX = {c.name: c.index for c in _ALL}  # of every version: a name means the same slot in all of them
OBJECTS = tuple(c.index for c in _ALL if c.kind == "object")  # of every version


def classes_of(version):
    """The classes of a version of the world, in the order of their indices."""
    return (CLASSES, _ALL)[version]


def version_of(count):
    """The version of the world with `count` classes: a pack says no more of its own."""
    for version in range(LATEST + 1):
        if len(classes_of(version)) == count:
            return version
    raise ValueError(f"no version of the world has {count} classes")


# Colours kept free for classes of later packs, as far from all others as from each other.
RESERVED_COLOURS = (
    (35, 251, 1), (27, 4, 250), (3, 254, 108), (104, 255, 165), (55, 249, 249), (151, 0, 117), (15, 7, 3), (86, 144, 236),
    (255, 0, 112), (105, 140, 4), (45, 157, 117), (176, 189, 2), (192, 107, 198), (255, 93, 254), (197, 0, 255),
)

_PLURALS = {}
for _row in _ROWS + _ADDED:
    for _word in _row[3].split():
        _pair = _word.replace("_", " ").split("/")
        _PLURALS[_pair[0]] = _pair[-1]


def plural_of(word):
    """The plural of a synonym ('puppy' -> 'puppies'); the word itself where it has none."""
    return _PLURALS[word]


def palette(version=0):
    """MAX_CLASSES colours (r, g, b), those still reserved in this version last."""
    used = tuple(c.colour for c in classes_of(version))
    return used + tuple(c for c in RESERVED_COLOURS if c not in used)


def vocabulary(version=0):
    """Phrase (lower case, singular and plural) -> class name. Match the longest phrase first."""
    words = {}
    for info in classes_of(version):
        for word in info.synonyms:
            words[word] = info.name
            words[plural_of(word)] = info.name
    return words
