//! The state of a variable's map relative to what it depends on.

use serde::{Deserialize, Serialize};

/// How a node's map came about and whether it still follows from its parents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeState {
    /// No map yet.
    #[default]
    Empty,
    /// Sampled from its parents as they are now.
    Fresh,
    /// Sampled, but something upstream has changed since.
    Stale,
    /// Drawn, edited or loaded by hand: an override that sampling never replaces unasked.
    Given,
}
