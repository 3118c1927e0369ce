//! A path typed by hand, where the desktop has no file dialog to offer.

use std::path::PathBuf;

use egui::{Align, Key, Layout, RichText, Ui, vec2};

use super::{body, modal, title};
use crate::editor::files::FileRequest;
use crate::editor::theme;
use crate::editor::widgets::{primary_button, secondary_button};

/// What the person chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// This file or folder.
    Take(PathBuf),
    /// None.
    Close,
}

/// Shows it; returns a choice once there is one.
pub fn ui(ui: &Ui, request: &FileRequest, text: &mut String) -> Option<Choice> {
    let (choice, close) = modal(ui, "path", 520.0, |ui| {
        title(ui, request.title());
        body(ui, "This desktop offers no file dialog (xdg-desktop-portal or zenity), so type the path.");
        ui.add_space(8.0);
        let edit = egui::TextEdit::singleline(text).desired_width(f32::INFINITY).margin(egui::Margin::symmetric(8, 6));
        let field = ui.add(edit).accessible_name("Path");
        if !field.has_focus() && !field.lost_focus() {
            field.request_focus();
        }
        let entered = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        ui.add_space(6.0);
        // What a desktop's own dialog would ask. Its place is kept, so that nothing moves.
        let replaces = request.writes() && request.complete(PathBuf::from(text.trim())).is_file();
        let p = theme::palette(ui);
        let warning = if replaces { "There is such a file already: it will be replaced." } else { "" };
        ui.label(RichText::new(warning).color(p.warn));
        ui.add_space(6.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let verb = if replaces { "Replace" } else { request.verb() };
            let ready = !text.trim().is_empty();
            let ok = ui.add_enabled_ui(ready, |ui| primary_button(ui, "", verb, vec2(112.0, 32.0))).inner;
            let cancel = secondary_button(ui, "", "Cancel", vec2(96.0, 32.0));
            if ready && (ok.clicked() || entered) {
                Some(Choice::Take(PathBuf::from(text.trim())))
            } else {
                cancel.clicked().then_some(Choice::Close)
            }
        })
        .inner
    });
    choice.or(close.then_some(Choice::Close))
}
