//! How long a denoising step takes, learnt while running, so that the time left covers a whole job.

use std::collections::HashMap;
use std::time::Duration;

use crate::graph::VariableId;

/// Seconds per denoising step of each variable, as last seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Pace {
    seconds: HashMap<VariableId, f64>,
}

impl Pace {
    /// Notes that `steps` steps of `variable` took `elapsed` (decoding included).
    pub(super) fn note(&mut self, variable: VariableId, steps: usize, elapsed: Duration) {
        if steps > 0 {
            self.seconds.insert(variable, elapsed.as_secs_f64() / steps as f64);
        }
    }

    /// Estimate for `steps` steps of `variable`. A variable never seen counts as the slowest seen,
    /// and as nothing while none was: then the estimate covers the running factor alone.
    pub(super) fn estimate(&self, variable: VariableId, steps: usize) -> Duration {
        let slowest = || self.seconds.values().copied().fold(0.0, f64::max);
        let seconds = self.seconds.get(&variable).copied().unwrap_or_else(slowest);
        Duration::try_from_secs_f64(seconds * steps as f64).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unknown_counts_as_the_slowest_known() {
        let (depth, image) = (VariableId(1), VariableId(3));
        let mut pace = Pace::default();
        assert_eq!(pace.estimate(image, 20), Duration::ZERO);
        pace.note(depth, 10, Duration::from_secs(5));
        assert_eq!(pace.estimate(depth, 4), Duration::from_secs(2));
        assert_eq!(pace.estimate(image, 20), Duration::from_secs(10));
        pace.note(image, 0, Duration::from_secs(9));
        assert_eq!(pace.estimate(image, 2), Duration::from_secs(1));
    }
}
