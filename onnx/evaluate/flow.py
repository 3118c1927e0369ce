"""Sampling with flow matching: the numbers that the Rust engine must reproduce.

A latent on the way is x_t = (1 - t) x0 + t eps; the network predicts v = eps - x0. Euler steps at the times that `moments` gives,
guided v = v_null + guidance (v_text - v_null), the clean estimate x0 = x - t v clamped to +-clamp, and then
x at the next t' is x0 + t' (x - x0) / t. Ancestral steps put fresh noise in place of a part of (x - x0) / t: with s = t'^2 / t its weight is
d = (1 - t') s / (1 - s) instead of t', and that of the fresh noise the root of t'^2 - d^2. A step from t to the same t puts fresh noise
in place of all of it: a restart (Xu et al., "Restart Sampling for Improving Generative Processes", 2023; here an interval of one moment).
"""

import numpy as np


def moments(steps, shift=1.0, restart=None):
    """The times of a walk, `steps` + 1 of them from 1 to 0: even ones, of which a `shift` s above 1 makes s t / (1 + (s - 1) t), nearer to noise.

    Larger latents show at the same t more of what stands where, so that is decided nearer to noise (Esser et al., "Scaling Rectified Flow Transformers", 2024, section 5.3.2).
    A `restart` as in a manifest ({"step": from 0, "times": how many}) says one of them more often.
    """
    even = [1.0 - i / steps for i in range(steps + 1)]
    times = [shift * t / (1.0 + (shift - 1.0) * t) for t in even]
    return times if restart is None else times[: restart["step"]] + times[restart["step"] : restart["step"] + 1] * restart["times"] + times[restart["step"] :]


MOST_RESTARTS = 16


def restart_of(step, times, steps):
    """A restart as in a manifest: a step of `steps`, from 0, that is taken again so many times; raises ValueError where no pack may have it."""
    if not (0 <= step < steps and 1 <= times <= MOST_RESTARTS):
        raise ValueError(f"step {step} of a walk of {steps} cannot be taken again {times} times: steps count from 0, times from 1 to {MOST_RESTARTS}")
    return {"step": step, "times": times}


def sample(predict, noise, steps, guidance, clamp, fresh=None, interval=(0.0, 1.0), shift=1.0, restart=None, renewed=None):
    """Latents [B, 8, h, w] from `noise` of that shape.

    `predict(latents [2B, ...], times [2B])` answers v for the text (first half) and for the null text (second half); where guidance does not act,
    which is outside the shares `interval` of the walk, it is given B latents and answers for the text.
    """
    *_, end = walk(predict, noise, steps, guidance, clamp, fresh, interval, shift, restart, renewed)
    return end


def acts(interval, step, steps):
    """Whether guidance acts in a step: both ends are rounded down to steps."""
    return int(interval[0] * steps) <= step < int(interval[1] * steps)


def walk(predict, noise, steps, guidance, clamp, fresh=None, interval=(0.0, 1.0), shift=1.0, restart=None, renewed=None):
    """The same, one after each step; ancestral where there is a generator of `fresh` noise, with a `restart` whose noise the generator `renewed` has."""
    x = noise.astype(np.float32)
    times = moments(steps, shift, restart)
    steps = len(times) - 1
    for i, (t, following) in enumerate(zip(times[:-1], times[1:], strict=True)):
        if acts(interval, i, steps):
            both = predict(np.concatenate([x, x]), np.full(2 * len(x), t, np.float32))
            with_text, without = both[: len(x)], both[len(x) :]
            v = without + np.float32(guidance) * (with_text - without)
        else:
            v = predict(x, np.full(len(x), t, np.float32))
        clean = np.clip(x - np.float32(t) * v, -clamp, clamp)
        if following == t:
            x = np.float32(1.0 - t) * clean + np.float32(t) * renewed.standard_normal(x.shape).astype(np.float32)
        elif fresh is None or following == 0.0:
            x = clean + np.float32(following / t) * (x - clean)
        else:
            lower = following**2 / t
            down = (1.0 - following) * lower / (1.0 - lower)
            up = max(following**2 - down**2, 0.0) ** 0.5
            mean = np.float32(1.0 - following) * clean + np.float32(down / t) * (x - (1 - np.float32(t)) * clean)
            x = mean + np.float32(up) * fresh.standard_normal(x.shape).astype(np.float32)
        yield x
