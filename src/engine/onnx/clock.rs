//! The time that a request takes: what is left of it, and how much of it goes into showing it.

use std::time::{Duration, Instant};

/// Estimates how long the rest of a request takes.
pub(super) struct Clock {
    started: Instant,
    steps: usize,
    done: usize,
    after_first: Duration,
}

impl Clock {
    pub(super) fn start(steps: usize) -> Self {
        Self { started: Instant::now(), steps, done: 0, after_first: Duration::ZERO }
    }

    /// A step is done; the time the others will take. The first one loads the network, so it
    /// counts only as long as there is no other.
    pub(super) fn tick(&mut self) -> Duration {
        self.done += 1;
        let elapsed = self.started.elapsed();
        if self.done == 1 {
            self.after_first = elapsed;
        }
        let measured = if self.done == 1 { elapsed } else { elapsed - self.after_first };
        let steps = (self.done - 1).max(1) as u32;
        measured * (self.steps - self.done) as u32 / steps
    }
}

/// What one part of the time buys in previews: a decoder may cost as much as a step.
const WORK_FOR_A_PREVIEW: u32 = 4;

/// Decides in which steps the estimate is decoded to be looked at.
pub(super) struct Previews {
    wanted: bool,
    started: Instant,
    spent: Duration,
}

impl Previews {
    pub(super) fn start(wanted: bool) -> Self {
        Self { wanted, started: Instant::now(), spent: Duration::ZERO }
    }

    /// Whether there is time for one after this step. After the last, the map itself follows.
    pub(super) fn are_due(&self, step: usize, steps: usize) -> bool {
        self.wanted && step + 1 < steps && self.spent * (1 + WORK_FOR_A_PREVIEW) <= self.started.elapsed()
    }

    /// Makes one, and counts how long that takes.
    pub(super) fn time<T>(&mut self, make: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let made = make();
        self.spent += started.elapsed();
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previews_take_a_fifth_of_the_time_and_none_comes_after_the_last_step() {
        let mut previews = Previews::start(true);
        assert!(previews.are_due(0, 8));
        assert!(!previews.are_due(7, 8));
        previews.spent = Duration::from_secs(20);
        assert!(!previews.are_due(1, 8));
        previews.started -= Duration::from_secs(101);
        assert!(previews.are_due(2, 8));
        assert!(!Previews::start(false).are_due(0, 8));
    }
}
