//! Save, discard or stay?

use egui::{Align, Layout, Ui, vec2};

use super::{Pending, body, modal, title};
use crate::editor::icons;
use crate::editor::widgets::{primary_button, secondary_button};

/// What the person chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Save, then go on.
    Save,
    /// Go on without saving.
    Discard,
    /// Stay.
    Stay,
}

/// Shows it; returns a choice once there is one.
pub fn ui(ui: &Ui, pending: &Pending, project: &str) -> Option<Choice> {
    let what = match pending {
        Pending::New => "starting a new project",
        Pending::Open(_) => "opening another one",
        Pending::Quit => "closing",
    };
    let (choice, close) = modal(ui, "unsaved", 420.0, |ui| {
        title(ui, &format!("Save “{project}” before {what}?"));
        body(ui, "It has changes that are not in any file yet. Without saving they are lost.");
        ui.add_space(16.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let size = vec2(112.0, 32.0);
            if primary_button(ui, icons::SAVE, "Save", size).clicked() {
                return Some(Choice::Save);
            }
            if secondary_button(ui, "", "Don't save", size).clicked() {
                return Some(Choice::Discard);
            }
            let stay = secondary_button(ui, "", "Stay", vec2(80.0, 32.0));
            stay.clicked().then_some(Choice::Stay)
        })
        .inner
    });
    choice.or(close.then_some(Choice::Stay))
}
