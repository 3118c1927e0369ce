"""Colour scripts: what the light of each hour does. Linear light, gamma 2, as in `colours`."""

from typing import NamedTuple

import numpy as np

from world.classes import INDEX
from world.colours import linear


class Light(NamedTuple):
    """key: direction to the light (unit), colours f64[LIGHT_ROWS, 3] by the row names below."""

    key: np.ndarray
    colours: np.ndarray


KEY, ZENITH, HORIZON, AMBIENT, BOUNCE, FOG, GLOW, MISC = range(8)  # MISC: star density, fog per unit depth, glow size
LIGHT_ROWS = 8


def _script(elevation, key, key_power, zenith, horizon, ambient, ambient_power, bounce, fog, glow, stars, density, spread):
    rows = np.zeros((LIGHT_ROWS, 3))
    rows[KEY] = linear(key) * key_power
    rows[ZENITH], rows[HORIZON] = linear(zenith), linear(horizon)
    rows[AMBIENT] = linear(ambient) * ambient_power
    rows[BOUNCE], rows[FOG], rows[GLOW] = linear(bounce), linear(fog), linear(glow)
    rows[MISC] = (stars, density, spread)
    return elevation, rows


_SCRIPTS = {
    "day": _script(0.95, (255, 246, 224), 0.92, (96, 168, 232), (214, 236, 250), (206, 228, 255), 0.60, (255, 226, 190), (206, 228, 244),
                   (255, 250, 232), 0.0, 0.0065, 0.55),
    "sunset": _script(0.52, (255, 212, 160), 1.08, (112, 108, 186), (255, 188, 130), (216, 196, 232), 0.70, (255, 180, 136), (248, 176, 136),
                      (255, 214, 140), 0.0, 0.0085, 0.9),
    "night": _script(0.80, (176, 196, 255), 0.62, (24, 32, 84), (74, 92, 160), (132, 148, 226), 0.62, (120, 110, 170), (52, 64, 122),
                     (150, 170, 240), 1.0, 0.0085, 0.4),
    "overcast": _script(1.25, (236, 238, 244), 0.42, (160, 172, 186), (212, 216, 220), (226, 232, 242), 0.78, (214, 210, 204),
                        (206, 210, 216), (230, 234, 238), 0.0, 0.0120, 0.5),
    "dawn": _script(0.50, (255, 220, 200), 0.92, (128, 164, 220), (255, 214, 204), (222, 206, 240), 0.62, (255, 200, 190), (246, 212, 214),
                    (255, 232, 206), 0.0, 0.0110, 0.8),
}  # fmt: skip

# Ground colours by class index, and a second one that is mottled in.
GROUNDS = np.zeros((16, 2, 3))
for _name, _a, _b in (
    ("mountain", (150, 140, 168), (120, 112, 146)),
    ("meadow", (142, 190, 92), (108, 166, 78)),
    ("sand", (240, 212, 158), (226, 190, 132)),
    ("sea", (58, 142, 190), (34, 104, 164)),
    ("snow", (246, 248, 252), (226, 234, 246)),
    ("road", (112, 108, 114), (98, 94, 102)),
):
    GROUNDS[INDEX[_name], 0], GROUNDS[INDEX[_name], 1] = linear(_a), linear(_b)


def light_of(hour, seed):
    """The light of an hour; the seed moves the sun within it."""
    slope, rows = _SCRIPTS[hour]
    across = ((seed % 97) / 97.0 * 0.75 + 0.35) * (1.0 if seed % 2 else -1.0)
    key = np.array([across, slope, -0.75])
    return Light(key / np.sqrt((key * key).sum()), rows.copy())
