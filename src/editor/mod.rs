//! The window: canvas, tools, panels.
