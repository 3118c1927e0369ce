//! Tools: what the pointer does on the canvas.
//!
//! Everything here is pure: which tool fits which map, what ink it lays, how handles turn a drag
//! into a transform. The canvas feeds it pointer positions in document pixels.

mod brush;
mod drag;
mod fit;
mod tool;
mod transform;

pub use brush::{BrushSizes, MAX_SIZE, MIN_SIZE};
pub use drag::{Drag, Stroke};
pub use fit::{Picked, fits, ink, pick};
pub use tool::{Tool, ToolSettings};
pub use transform::{Constraint, Handle, SIDES, Transform, TransformBox};
