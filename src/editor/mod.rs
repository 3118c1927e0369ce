//! The window: canvas, tools, panels.

pub mod canvas;
pub mod theme;
pub mod tools;
