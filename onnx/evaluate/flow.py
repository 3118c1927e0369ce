"""Sampling with flow matching: the numbers that the Rust engine must reproduce.

A latent on the way is x_t = (1 - t) x0 + t eps; the network predicts v = eps - x0. Euler steps at t = 1, 1 - 1/N .. 1/N,
guided v = v_null + guidance (v_text - v_null), the clean estimate x0 = x - t v clamped to +-clamp, and then
x at the next t' is x0 + t' (x - x0) / t.
"""

import numpy as np


def sample(predict, noise, steps, guidance, clamp):
    """Latents [B, 8, h, w] from `noise` of that shape.

    `predict(latents [2B, ...], times [2B])` answers v for the text (first half) and for the null text (second half).
    """
    *_, end = walk(predict, noise, steps, guidance, clamp)
    return end


def walk(predict, noise, steps, guidance, clamp):
    """The same, one after each step."""
    x = noise.astype(np.float32)
    for i in range(steps):
        t, following = 1.0 - i / steps, 1.0 - (i + 1) / steps
        both = predict(np.concatenate([x, x]), np.full(2 * len(x), t, np.float32))
        with_text, without = both[: len(x)], both[len(x) :]
        v = without + np.float32(guidance) * (with_text - without)
        clean = np.clip(x - np.float32(t) * v, -clamp, clamp)
        x = clean + np.float32(following / t) * (x - clean)
        yield x
