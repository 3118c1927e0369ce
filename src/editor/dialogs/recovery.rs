//! Work of a session that ended badly.

use std::path::PathBuf;

use egui::{RichText, Ui, vec2};

use super::{body, modal, title};
use crate::editor::widgets::{primary_button, secondary_button};
use crate::editor::{icons, theme};

/// An autosave that no session cleaned up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rescued {
    /// The autosave.
    pub file: PathBuf,
    /// What the project was called.
    pub name: String,
    /// How long ago it was written.
    pub age: String,
}

/// What the person chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Open this autosave.
    Recover(PathBuf),
    /// Delete them all.
    Discard,
    /// Ask again next time.
    Later,
}

/// Shows it; returns a choice once there is one.
pub fn ui(ui: &Ui, rescued: &[Rescued]) -> Option<Choice> {
    let (choice, close) = modal(ui, "recovery", 460.0, |ui| {
        let p = theme::palette(ui);
        title(ui, "Recover unsaved work?");
        body(ui, "The last session ended before this was saved.");
        ui.add_space(8.0);
        let mut choice = None;
        for found in rescued.iter().take(5) {
            ui.horizontal(|ui| {
                ui.set_height(40.0);
                ui.label(RichText::new(icons::PROJECT).size(20.0).color(p.accent_text));
                ui.vertical(|ui| {
                    ui.set_width(318.0);
                    ui.label(RichText::new(&found.name).font(theme::strong(13.0)));
                    ui.label(RichText::new(&found.age).size(11.5).color(p.muted));
                });
                let button = primary_button(ui, "", "Recover", vec2(104.0, 32.0));
                if button.accessible_name(format!("Recover {}", found.name)).clicked() {
                    choice = Some(Choice::Recover(found.file.clone()));
                }
            });
        }
        ui.add_space(12.0);
        ui.horizontal(|ui| {
            if secondary_button(ui, "", "Later", vec2(96.0, 32.0)).clicked() {
                choice = Some(Choice::Later);
            }
            if secondary_button(ui, icons::DELETE, "Discard", vec2(112.0, 32.0)).clicked() {
                choice = Some(Choice::Discard);
            }
        });
        choice
    });
    choice.or(close.then_some(Choice::Later))
}
