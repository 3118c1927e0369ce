//! Panels: they read state and ask for things through the outbox.

mod anew;
mod breakdown;
pub mod candidates;
mod chips;
pub mod classes;
mod controls;
pub mod drop;
pub mod empty;
pub mod factor;
pub mod graph;
pub mod menu_bar;
pub mod negative;
pub mod prompt;
pub mod properties;
pub mod status;
pub mod tool_bar;
pub mod tool_options;
pub mod view;
pub mod walk;
mod weights;
pub mod words;
