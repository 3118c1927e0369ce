"""Sine and cosine by polynomials: the C library's differ in the last bit between machines, and frames must not."""

from numba import njit

TAU = 6.283185307179586


@njit(cache=True, nogil=True)
def sin(x):
    """sin x, |error| < 1e-9 for |x| < 1000, from +, *, / alone."""
    k = x / TAU
    x = x - TAU * float(int(k + (0.5 if k >= 0.0 else -0.5)))
    if x > 0.25 * TAU:
        x = 0.5 * TAU - x
    elif x < -0.25 * TAU:
        x = -0.5 * TAU - x
    q = x * x
    s = 1.0 - q / 156.0
    s = 1.0 - q / 110.0 * s
    s = 1.0 - q / 72.0 * s
    s = 1.0 - q / 42.0 * s
    s = 1.0 - q / 20.0 * s
    s = 1.0 - q / 6.0 * s
    return x * s


@njit(cache=True, nogil=True)
def cos(x):
    """cos x, as exact as `sin`."""
    return sin(x + 0.25 * TAU)
