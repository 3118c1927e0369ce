//! What steers a factor's backbone: adapters and ControlNets.

use serde::{Deserialize, Serialize};

use super::VariableId;

/// What a control is shown of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reads {
    /// Its latent.
    Latent,
    /// Its map as a picture in `[-1, 1]`, at the size of the child.
    Picture,
}

/// How much a control acts, and when.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ControlSettings {
    /// What is added is multiplied by this: 0 (nothing) to [`Self::MOST_STRENGTH`].
    #[serde(default = "one")]
    pub strength: f32,
    /// Share of the walk before which it does not act, 0 to 1.
    #[serde(default)]
    pub start: f32,
    /// Share of the walk after which it does not act, `start` to 1.
    #[serde(default = "one")]
    pub end: f32,
}

fn one() -> f32 {
    1.0
}

impl Default for ControlSettings {
    fn default() -> Self {
        Self { strength: 1.0, start: 0.0, end: 1.0 }
    }
}

impl ControlSettings {
    /// Greatest strength.
    pub const MOST_STRENGTH: f32 = 2.0;

    /// Whether all is within its range.
    pub fn is_usable(&self) -> bool {
        (0.0..=Self::MOST_STRENGTH).contains(&self.strength)
            && (0.0..=1.0).contains(&self.start)
            && (self.start..=1.0).contains(&self.end)
    }

    /// What is added in step `step` of `steps` is multiplied by this; a step that lies within the control's share of
    /// the walk only in part is left out (the rule of the pipelines of `diffusers`).
    pub fn strength_at(&self, step: usize, steps: usize) -> f32 {
        // Rounded as the settings are, or 2 of 5 steps would end before 0.4.
        let share = |step: usize| (step as f64 / steps as f64) as f32;
        if share(step) < self.start || share(step + 1) > self.end { 0.0 } else { self.strength }
    }
}

/// An adapter or a ControlNet of a factor. What those of a factor give is added up.
#[derive(Clone, Debug, PartialEq)]
pub struct Control {
    /// The variable it is shown; `None` for the noisy latent of the factor itself.
    pub parent: Option<VariableId>,
    /// The name of that variable, or the factor's own for the noisy latent: what its settings go by.
    pub source: String,
    /// File of its graph.
    pub model: String,
    /// What it is shown.
    pub reads: Reads,
    /// Unless a person says otherwise.
    pub defaults: ControlSettings,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_acts_in_the_steps_that_lie_wholly_within_its_share() {
        let acting = |start, end, steps| {
            let settings = ControlSettings { strength: 0.5, start, end };
            (0..steps).filter(|&step| settings.strength_at(step, steps) == 0.5).collect::<Vec<_>>()
        };
        assert_eq!(acting(0.0, 1.0, 4), [0, 1, 2, 3]);
        assert_eq!(acting(0.4, 1.0, 5), [2, 3, 4]);
        assert_eq!(acting(0.0, 0.6, 5), [0, 1, 2]);
        assert_eq!(acting(0.1, 0.3, 4), [0; 0], "no step is within");
        assert_eq!(acting(0.5, 0.5, 4), [0; 0]);
    }

    #[test]
    fn ranges_are_told() {
        let usable = |strength, start, end| ControlSettings { strength, start, end }.is_usable();
        assert!(usable(0.0, 0.0, 1.0) && usable(2.0, 0.3, 0.3));
        assert!(!usable(2.1, 0.0, 1.0) && !usable(-0.1, 0.0, 1.0) && !usable(f32::NAN, 0.0, 1.0));
        assert!(!usable(1.0, 0.6, 0.5) && !usable(1.0, -0.1, 0.5) && !usable(1.0, 0.0, 1.1));
    }
}
