"""The synthetic world: captions, clay dioramas, and every map that explains their pictures."""
