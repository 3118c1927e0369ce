//! Variables, factors and their order: `P(x, y1..yK | prompt)` as a product of conditionals (paper, eq. 3).
//!
//! Pure data and pure functions; nothing here reads a file or runs a network.

mod control;
mod factor;
mod sampler;
mod staleness;
mod variable;

pub use control::{Control, ControlSettings, Reads};
pub use factor::{BetaSchedule, Factor, FactorGraph, FactorKind, GraphError, Prediction, QuickWalk, Restart};
pub use sampler::{Sampler, Sampling, Spacing};
pub use staleness::NodeState;
pub use variable::{Variable, VariableId, VariableKind};
