//! Tools: what the pointer does on the canvas.
//!
//! Everything here is pure: which tool fits which map, what ink it lays, how handles turn a drag
//! into a transform. The canvas feeds it pointer positions in document pixels.

mod tool;

pub use tool::{MAX_SIZE, MIN_SIZE, Tool, ToolSettings};
