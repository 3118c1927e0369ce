"""Joint sampling (paper, eqs. 4-6) with flow matching: the numbers that the Rust engine must reproduce.

All variables go one step after the other in the graph's order; a child at step i reads its parents where they stand after step i, with the
level t' of its own moment then, so that in the last step they are clean. Euler steps, guidance and clamp as in `evaluate.flow`.
"""

import numpy as np

from evaluate.flow import moments
from evaluate.pack import parent_feeds


def sample(pack, prompt, noise, steps, guidance, given=None):
    """Latents of every variable in `noise` (arrays [B, 8, h, w] of one size by name, parents first).

    `given` maps names to clean latents of parents that are not sampled; other parents are null.
    """
    x = {name: start.astype(np.float32) for name, start in noise.items()}
    times = {name: moments(steps, pack.shift(name)) for name in x}
    for i in range(steps):
        for name in x:
            t, following = times[name][i : i + 2]
            factor, here = pack.factors[name], x[name]
            feeds = pack.text_feeds([prompt] * len(here))
            for parent in factor["parents"]:
                if parent in x:
                    feeds |= parent_feeds(parent, x[parent], here, times[parent][i + 1])
                else:
                    feeds |= parent_feeds(parent, (given or {}).get(parent), here)
            both = {"latent": np.concatenate([here, here]), "time": np.full(2 * len(here), t, np.float32)}
            with_text, without = np.split(pack.run(pack.models[name], both | feeds)[0], 2)
            v = without + np.float32(guidance) * (with_text - without)
            clean = np.clip(here - np.float32(t) * v, -factor["clamp"], factor["clamp"])
            x[name] = clean + np.float32(following / t) * (here - clean)
    return x
