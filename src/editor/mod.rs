//! The window: canvas, tools, panels.

pub mod canvas;
pub mod tools;
