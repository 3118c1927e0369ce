//! The window: canvas, tools, panels, dialogs.
//!
//! [`EditorApp`] owns a [`Workbench`](crate::workbench::Workbench) and a
//! [`Worker`](crate::worker::Worker). `logic` takes in news between frames, `startup` lets the models load once the first is shown, `projects` deals with files; `app` draws panels, which
//! read state and put what they want into an `Outbox`; that is carried out after drawing. Whatever a
//! person can do by name stands in one table, `action`.

mod action;
mod app;
mod autosave;
pub mod canvas;
mod clipboard;
mod dialogs;
mod files;
mod fuzzy;
mod icons;
mod keymap;
mod launch;
mod logic;
mod panels;
mod progress;
mod projects;
mod settings;
mod shortcuts;
mod situation;
mod startup;
mod theme;
mod thumbnails;
mod toasts;
pub mod tools;
mod view_command;
mod widgets;

pub use app::{EditorApp, Places};
pub use launch::{Options, run};
pub use settings::{Settings, ThemeChoice};
