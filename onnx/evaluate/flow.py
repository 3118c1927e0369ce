"""Sampling with flow matching: the numbers that the Rust engine must reproduce.

A latent on the way is x_t = (1 - t) x0 + t eps; the network predicts v = eps - x0. Euler steps at the times that `moments` gives,
guided v = v_null + guidance (v_text - v_null), the clean estimate x0 = x - t v clamped to +-clamp, and then
x at the next t' is x0 + t' (x - x0) / t. Ancestral steps put fresh noise in place of a part of (x - x0) / t: with s = t'^2 / t its weight is
d = (1 - t') s / (1 - s) instead of t', and that of the fresh noise the root of t'^2 - d^2. A restart takes a step again, each time
with fresh noise in place of all of it (after Xu et al., "Restart Sampling for Improving Generative Processes", 2023, who walk down from further back without).
"""

import numpy as np


def moments(steps, shift=1.0, restart=None):
    """The times of a walk, `steps` + 1 of them from 1 to 0: even ones, of which a `shift` s above 1 makes s t / (1 + (s - 1) t), nearer to noise.

    Larger latents show at the same t more of what stands where, so that is decided nearer to noise (Esser et al., "Scaling Rectified Flow Transformers", 2024, section 5.3.2).
    A `restart` as in a manifest ({"step": from 0, "times": how many, "from": t}) says one of them more often, the first time as the noisier `from`, if it has that.
    """
    even = [1.0 - i / steps for i in range(steps + 1)]
    times = [shift * t / (1.0 + (shift - 1.0) * t) for t in even]
    if restart is None:
        return times
    after = restart["step"] + 1
    again = times[after - 1 : after] * restart["times"]
    return times[:after] + [restart.get("from", again[0]), *again[1:]] + times[after:]


MOST_RESTARTS = 16


def renewed_steps(restart):
    """The steps of a walk with a `restart` that end in fresh noise alone, from 0."""
    return range(restart["step"], restart["step"] + restart["times"]) if restart else range(0)


def restart_of(said, steps, shift=1.0):
    """A restart as in a manifest, of the two or three numbers said: a step of `steps`, from 0, that is taken again so many times, the first time from a noisier moment.

    Raises ValueError where no pack may have it.
    """
    if len(said) not in (2, 3):
        raise ValueError("a restart is a step, how many times it is taken again and, if it goes back, the moment that it first goes back to")
    step, times, *back = said
    if not (step in range(steps) and times in range(1, MOST_RESTARTS + 1)):
        raise ValueError(f"step {step:g} of a walk of {steps} cannot be taken again {times:g} times: steps count from 0, times from 1 to {MOST_RESTARTS}")
    step, times = int(step), int(times)
    t = moments(steps, shift)[step]
    if back and not t < back[0] <= 1.0:
        raise ValueError(f"step {step} of the walk stands at {t:.3f}: it can go back to more noise than that, up to 1, not to {back[0]:g}")
    return {"step": step, "times": times} | ({"from": back[0]} if back else {})


def sample(predict, noise, steps, guidance, clamp, fresh=None, interval=(0.0, 1.0), shift=1.0, restart=None, renewed=None, begun=None):
    """Latents [B, 8, h, w] from `noise` of that shape.

    `predict(latents [2B, ...], times [2B])` answers v for the text (first half) and for the null text (second half); where guidance does not act,
    which is outside the shares `interval` of the walk, it is given B latents and answers for the text.
    """
    *_, end = walk(predict, noise, steps, guidance, clamp, fresh, interval, shift, restart, renewed, begun)
    return end


def acts(interval, step, steps):
    """Whether guidance acts in a step: both ends are rounded down to steps."""
    return int(interval[0] * steps) <= step < int(interval[1] * steps)


def steps_left_out(steps, strength):
    """How many of a walk's steps are not gone where a share `strength` of it, in (0, 1], is gone again; one is left at least."""
    return max(steps - max(int(strength * steps + 0.5), 1), 0)


def walk(predict, noise, steps, guidance, clamp, fresh=None, interval=(0.0, 1.0), shift=1.0, restart=None, renewed=None, begun=None):
    """The same, one after each step; ancestral where there is a generator of `fresh` noise, with a `restart` whose noise the generator `renewed` has.

    `begun` are clean latents and a strength: a share of the walk is gone again from where they, in part hidden by the noise, stand.
    """
    x = noise.astype(np.float32)
    times = moments(steps, shift, restart)
    steps, first = len(times) - 1, 0
    if begun is not None:
        clean, strength = begun
        first = steps_left_out(steps, strength)
        x = np.float32(1.0 - times[first]) * clean + np.float32(times[first]) * x
    for i, (t, following) in list(enumerate(zip(times[:-1], times[1:], strict=True)))[first:]:
        if acts(interval, i, steps):
            both = predict(np.concatenate([x, x]), np.full(2 * len(x), t, np.float32))
            with_text, without = both[: len(x)], both[len(x) :]
            v = without + np.float32(guidance) * (with_text - without)
        else:
            v = predict(x, np.full(len(x), t, np.float32))
        clean = np.clip(x - np.float32(t) * v, -clamp, clamp)
        if i in renewed_steps(restart):
            x = np.float32(1.0 - following) * clean + np.float32(following) * renewed.standard_normal(x.shape).astype(np.float32)
        elif fresh is None or following == 0.0:
            x = clean + np.float32(following / t) * (x - clean)
        else:
            lower = following**2 / t
            down = (1.0 - following) * lower / (1.0 - lower)
            up = max(following**2 - down**2, 0.0) ** 0.5
            mean = np.float32(1.0 - following) * clean + np.float32(down / t) * (x - (1 - np.float32(t)) * clean)
            x = mean + np.float32(up) * fresh.standard_normal(x.shape).astype(np.float32)
        yield x
