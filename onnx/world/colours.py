"""Clay colours by name and what each class wears. All colours here are linear light, gamma 2 (the square of the shown value)."""

import numpy as np

_CLAY = {
    "red": (214, 58, 50), "orange": (238, 138, 48), "yellow": (246, 204, 70), "green": (92, 164, 84), "blue": (62, 118, 196),
    "purple": (140, 92, 180), "pink": (242, 152, 178), "white": (244, 240, 232), "black": (52, 50, 56), "brown": (146, 94, 58),
    "grey": (150, 150, 154),
    # colours that nobody asks for by name
    "cream": (250, 230, 196), "sand": (232, 194, 130), "wood": (132, 88, 58), "glass": (120, 176, 204), "leaf": (78, 150, 70),
    "lime": (140, 186, 78), "pine": (44, 110, 84), "moss": (72, 136, 84), "coral": (240, 120, 96), "teal": (52, 152, 150),
    "navy": (48, 62, 110), "carrot": (240, 132, 44), "snow": (248, 250, 255), "stone": (176, 170, 166), "slate": (104, 110, 128),
    "brick": (186, 92, 74), "gold": (252, 206, 88), "lamp": (255, 214, 120), "cactus": (88, 164, 96), "ochre": (202, 152, 74),
    "dark": (40, 36, 42), "blush": (240, 150, 140), "autumn": (232, 130, 60), "blossom": (250, 186, 200), "tan": (206, 164, 116),
}  # fmt: skip
_SKIN = ((252, 214, 184), (238, 188, 150), (206, 148, 106), (156, 102, 70), (108, 70, 52))
_HAIR = ((62, 42, 34), (38, 34, 38), (120, 74, 42), (214, 164, 88), (178, 84, 48), (150, 146, 150))


def linear(rgb):
    """sRGB-like 0..255 to linear light by squaring: exact on every machine."""
    c = np.asarray(rgb, dtype=np.float64) / 255.0
    return c * c


CLAY = {name: linear(rgb) for name, rgb in _CLAY.items()}
SKIN = tuple(linear(c) for c in _SKIN)
HAIR = tuple(linear(c) for c in _HAIR)

# Class -> main colours when the caption names none.
_FREE = {
    "dog": ("brown", "tan", "white", "black", "ochre", "grey"), "cat": ("orange", "grey", "white", "black", "ochre"),
    "horse": ("brown", "ochre", "white", "black", "grey"), "person": ("red", "blue", "green", "yellow", "purple", "pink", "white", "orange", "teal", "coral"),
    "car": ("red", "blue", "yellow", "green", "white", "orange", "pink", "teal"), "boat": ("red", "blue", "white", "green", "yellow", "orange", "wood"),
    "airplane": ("white", "red", "blue", "yellow", "green", "orange"), "house": ("cream", "white", "yellow", "coral", "pink", "blue", "brick"),
    "tower": ("stone", "grey", "tan", "cream"), "tree": ("leaf", "lime", "green", "autumn", "blossom", "moss"), "fir": ("pine", "moss"),
    "cactus": ("cactus", "green", "teal"), "umbrella": ("red", "blue", "yellow", "green", "orange", "pink", "teal"),
    "ball": ("red", "blue", "yellow", "green", "orange", "pink"), "snowman": ("snow",), "sandcastle": ("sand",), "cloud": ("snow",), "sun": ("gold",),
    "squirrel": ("orange", "brown", "grey", "brick"), "rhino": ("grey", "stone", "grey"), "bird": ("blue", "red", "yellow", "brown", "white", "teal", "black"),
    "bridge": ("stone", "grey", "brick", "tan"), "flower": ("pink", "red", "yellow", "white", "purple", "orange", "coral"),
    "rock": ("grey", "stone", "tan"), "mushroom": ("red", "brown", "tan", "ochre"), "bench": ("brown", "wood", "green", "tan"),
    "sign": ("white", "yellow", "wood", "red", "blue", "green", "cream"), "letters": ("red", "blue", "yellow", "green", "purple", "orange", "teal"),
}  # fmt: skip
# Second colours that sit well beside a main one.
_SECOND = {
    "red": "cream", "orange": "cream", "yellow": "blue", "green": "cream", "blue": "white", "purple": "gold", "pink": "white", "white": "red",
    "black": "white", "brown": "cream", "grey": "white", "cream": "coral", "tan": "cream", "ochre": "cream", "teal": "cream",
    "coral": "cream", "stone": "slate", "leaf": "lime", "lime": "leaf", "autumn": "gold", "blossom": "pink", "moss": "leaf", "pine": "moss",
    "cactus": "moss", "snow": "white", "sand": "ochre", "gold": "gold", "wood": "cream", "brick": "cream",
}  # fmt: skip
_ACCENTS = ("red", "gold", "teal", "blue", "coral", "orange")


def _roof(main):
    return "brick" if main not in ("red", "brick", "coral") else "slate"


def free_colour(name, look, r):
    """A main colour for class `name` seen as `look` from a uniform r; the word is one of `spec.COLOURS` or a private one."""
    options = _FREE.get(look) or _FREE[name]
    return options[int(r * len(options))]


def _squirrel(p, main, u):
    p[1], p[4] = CLAY["cream"], CLAY[main] * (0.80 if u[1] < 0.5 else 1.0)


def _rhino(p, main, u):
    p[3], p[5] = CLAY["cream"], CLAY[main] * 0.70


def _bird(p, main, u):
    p[1] = CLAY["cream"] if main != "white" else CLAY["grey"]
    p[4] = CLAY["carrot"] if main in ("blue", "teal", "black", "white") else CLAY["gold"] if main != "yellow" else CLAY["carrot"]
    p[5] = CLAY[main] * 0.62 if main != "black" else CLAY["dark"] * 2.2


def _bridge(p, main, u):
    p[1], p[3] = CLAY[main] * 0.72, CLAY[main] * 0.88


def _flower(p, main, u):
    p[1], p[4], p[6] = CLAY[main] * 0.82, CLAY["gold" if main not in ("yellow", "orange") else "wood"], CLAY["leaf"]


def _rock(p, main, u):
    p[1] = CLAY[main] * 0.82


def _mushroom(p, main, u):
    p[1], p[3] = CLAY["cream"], CLAY["white" if main != "white" else "tan"]


def _bench(p, main, u):
    p[4] = CLAY["slate"] * 0.45 if u[1] < 0.6 or main == "wood" else CLAY["wood"]


def _sign(p, main, u):
    # The writing must be read at 128 pixels: it is dark on pale boards and pale on all others.
    p[1] = CLAY[("dark", "navy", "dark")[int(u[1] * 3)] if main in ("white", "yellow", "cream", "tan") else "white"]


_OWN_PAINTS = {
    "squirrel": _squirrel, "rhino": _rhino, "bird": _bird, "bridge": _bridge, "flower": _flower, "rock": _rock, "mushroom": _mushroom,
    "bench": _bench, "sign": _sign,
}  # fmt: skip


def paints(name, main, u):
    """f64[8, 3]: the paints of one object of class `name` in main colour `main`; u: three uniforms."""
    c = CLAY
    second = c[_SECOND[main]]
    accent = c[_ACCENTS[int(u[0] * 6)]]
    p = [c[main], second, c["dark"], c["white"], accent, c["glass"], c["wood"], c["blush"]]
    if name == "dog":
        p[1] = c[main] * 0.45 if main in ("tan", "ochre", "white", "grey") and u[1] < 0.5 else second
        if main == "white":
            p[1] = c[("brown", "dark", "tan")[int(u[2] * 3)]]
        p[3] = c[main] * 0.82
    elif name == "cat":
        p[1], p[4] = (c["cream"] if main != "white" else c["tan"]), c["blush"]
        p[3] = c["white"]
    elif name == "horse":
        p[1] = c["cream"] if main in ("brown", "ochre") and u[1] < 0.5 else c["dark"] * 1.6
    elif name == "person":
        p[1] = c[("navy", "wood", "slate", "teal", "brick")[int(u[1] * 5)]]
        p[4], p[5], p[6] = HAIR[int(u[2] * 6)], SKIN[int(u[0] * 5)], c[("wood", "dark", "red")[int(u[1] * 15) % 3]]
    elif name == "boat":
        p[4] = c[main] if main != "white" else c["red"]
    elif name == "house":
        p[1], p[4], p[6] = c[_roof(main)], c["stone"], c[("wood", "teal", "navy", "red")[int(u[1] * 4)]]
    elif name == "tower":
        p[1], p[4] = c[main] * 0.72, c[("brick", "navy", "teal", "purple")[int(u[0] * 4)]]
    elif name == "tree":
        p[4] = c["red"] if main not in ("autumn", "blossom") else c["gold"]
        p[1] = c[main] * 0.80 + 0.20 * c["gold"]
    elif name == "cactus":
        p[1], p[4] = c[main] * 0.72, c["pink"]
    elif name == "fir":
        p[1] = c[main] * 0.85 + 0.15 * c["lime"]
    elif name == "snowman":
        p[5] = c["carrot"]
    elif name == "sandcastle":
        p[6] = c["wood"]
    elif name in _OWN_PAINTS:
        _OWN_PAINTS[name](p, main, u)
    return p
