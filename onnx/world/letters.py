"""Words of clay: capital letters as strokes, on the board of a sign or standing on the ground.

A glyph is drawn in a box one unit tall, its strokes between (0, 0) and (GLYPH_WIDTH, 1); each stroke becomes a capsule.
Paints: 0 board or letters, 1 writing on the board, 3 frame, 6 posts.
"""

import numpy as np
from numba import njit

from world.primitives import box, cap

LONGEST = 5  # letters in a word
GLYPH_WIDTH = 0.62
ADVANCE = 0.90  # from letter to letter on a board
_APART = 1.02  # .. on the ground, where strokes are fat and letters must not touch
_MOST = 10  # strokes in a glyph

# Polylines on a grid of 0..4 across and 0..6 up, "x y x y .." per line, lines parted by "/".
_GLYPHS = {
    "A": "00 26 40/0.9 2.3 3.1 2.3", "B": "00 06 26 3.6 5.2 3.6 3.9 2.4 3.2 03/2.4 3.2 4 2.2 4 0.9 2.6 0 00", "C": "4 4.9 2.8 6 1.2 6 0 4.6 0 1.4 1.2 0 2.8 0 4 1.1",
    "D": "00 06 2.2 6 4 4.4 4 1.6 2.2 0 00", "E": "46 06 00 40/03 33", "F": "46 06 00/03 33", "G": "4 4.7 2.8 6 1.2 6 0 4.6 0 1.4 1.2 0 40 4 2.6 2.1 2.6",
    "H": "00 06/40 46/03 43", "I": "20 26", "J": "3.4 6 3.4 1.4 2.4 0 1.2 0 0.2 1.2", "K": "00 06/46 0 2.6/1.5 3.6 40", "L": "06 00 40",
    "M": "00 0.3 6 2 2.4 3.7 6 40", "N": "00 06 40 46", "O": "1.2 0 0 1.5 0 4.5 1.2 6 2.8 6 4 4.5 4 1.5 2.8 0 1.2 0", "P": "00 06 2.6 6 4 5 4 3.7 2.6 2.7 0 2.7",
    "Q": "1.2 0 0 1.5 0 4.5 1.2 6 2.8 6 4 4.5 4 1.5 2.8 0 1.2 0/2.4 1.6 4.2 -0.4", "R": "00 06 2.6 6 4 5 4 3.9 2.6 2.9 0 2.9/2 2.9 40",
    "S": "3.9 5 2.8 6 1.2 6 0.1 5 0.1 3.9 3.9 2.2 3.9 1 2.8 0 1.2 0 0 1", "T": "06 46/26 20", "U": "06 0 1.5 1.2 0 2.8 0 4 1.5 46", "V": "06 20 46",
    "W": "06 0.9 0 2 3.8 3.1 0 46", "X": "00 46/06 40", "Y": "06 2 3 46/23 20", "Z": "06 46 00 40",
}  # fmt: skip


def _numbers(line):
    """'00 26 4 1.1' -> points: two digits written together are one point."""
    flat = []
    for word in line.split():
        flat += [float(d) for d in word] if len(word) == 2 and word.isdigit() else [float(word)]
    return list(zip(flat[::2], flat[1::2]))


def _strokes():
    table, counts = np.zeros((26, _MOST, 4)), np.zeros(26, np.int64)
    for letter, lines in _GLYPHS.items():
        i = ord(letter) - 65
        for line in lines.split("/"):
            points = _numbers(line)
            for (ax, ay), (bx, by) in zip(points, points[1:]):
                table[i, counts[i]] = (ax / 4 * GLYPH_WIDTH, ay / 6, bx / 4 * GLYPH_WIDTH, by / 6)
                counts[i] += 1
    return table, counts


STROKES, COUNTS = _strokes()


def letter_codes(word):
    """i64[LONGEST]: 0 for A .. 25 for Z, -1 behind the word's end (all -1 without a word)."""
    codes = np.full(LONGEST, -1, np.int64)
    for k, letter in enumerate(word or ""):
        codes[k] = ord(letter) - 65
    return codes


@njit(cache=True, nogil=True)
def _length(codes):
    count = 0
    while count < len(codes) and codes[count] >= 0:
        count += 1
    return count


@njit(cache=True, nogil=True)
def _write(P, n, codes, y, z, tall, advance, r, paint):
    """Writes codes centred about x = 0, with their feet at y."""
    count = _length(codes)
    left = -0.5 * tall * ((count - 1) * advance + GLYPH_WIDTH)
    for k in range(count):
        c = codes[k]
        for s in range(COUNTS[c]):
            ax, ay, bx, by = STROKES[c, s]
            n = cap(P, n, left + tall * ax, y + tall * ay, z, left + tall * bx, y + tall * by, z, r, r, paint)
        left += tall * advance
    return n


@njit(cache=True, nogil=True)
def sign(P, n, u, codes):
    """A board on one post or two; see `sign_width`."""
    count = _length(codes)
    half = 0.5 * (0.31 * (count - 1) + 0.215) + 0.115
    low, high = 0.40, 1.0
    if count > 2 or u[0] < 0.4:
        for side in (-1.0, 1.0):
            n = box(P, n, side * (half - 0.12), 0.40, 0.05, 0.040, 0.42, 0.035, 0.0, 6)
    else:
        n = box(P, n, 0.0, 0.30, 0.05, 0.050, 0.32, 0.040, 0.0, 6)
    n = box(P, n, 0.0, 0.5 * (low + high), 0.0, half, 0.5 * (high - low), 0.040, 0.0, 0)
    if u[1] < 0.6:  # a frame
        for side in (-1.0, 1.0):
            n = box(P, n, 0.0, 0.5 * (low + high) + side * 0.285, -0.012, half + 0.018, 0.026, 0.045, 0.0, 6)
            n = box(P, n, side * half, 0.5 * (low + high), -0.012, 0.026, 0.305, 0.045, 0.0, 6)
    return _write(P, n, codes, 0.53, -0.045, 0.345, ADVANCE, 0.036, 1)


@njit(cache=True, nogil=True)
def letters(P, n, u, codes):
    """Letters as tall as a child, on their own feet; see `letters_width`."""
    fat = 0.085 + 0.015 * u[0]
    return _write(P, n, codes, fat, 0.0, 1.0 - 2.0 * fat, _APART, fat, 0)


def sign_width(count):
    return 0.31 * (count - 1) + 0.215 + 0.26


def letters_width(count):
    return 0.82 * (_APART * (count - 1) + GLYPH_WIDTH) + 0.19
