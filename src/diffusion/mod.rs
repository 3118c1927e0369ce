//! Schedules, samplers, guidance: pure mathematics, seeded, tested against references.
