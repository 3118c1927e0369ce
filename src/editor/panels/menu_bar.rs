//! The menu bar, the project's name, and the few buttons that are always at hand.

use std::path::PathBuf;

use egui::{Align, Align2, FontId, Layout, RichText, Sense, Ui, pos2, vec2};

use crate::editor::action::{self, Action};
use crate::editor::situation::Situation;
use crate::editor::view_command::{Outbox, ViewCommand};
use crate::editor::widgets::{MENU_WIDTH, action_button, action_menu, menu_line};
use crate::editor::{icons, theme};

/// Height in points.
pub const HEIGHT: f32 = 40.0;

/// Draws it.
pub fn ui(ui: &mut Ui, now: &Situation<'_>, out: &mut Outbox) {
    ui.horizontal_centered(|ui| {
        mark(ui);
        ui.spacing_mut().item_spacing.x = 2.0;
        let style = |style: &mut egui::Style| {
            egui::containers::menu::menu_style(style);
            style.spacing.button_padding = vec2(9.0, 4.0);
        };
        egui::MenuBar::new().style(egui::style::StyleModifier::new(style)).ui(ui, |ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            ui.menu_button("File", |ui| {
                action_menu(ui, action::FILE, now, out);
                recent(ui, &now.settings.recent, out);
                menu_line(ui);
                action_menu(ui, &[&[Action::Quit]], now, out);
            });
            for (name, groups) in
                [("Edit", action::EDIT), ("Sample", action::SAMPLE), ("View", action::VIEW), ("Help", action::HELP)]
            {
                ui.menu_button(name, |ui| action_menu(ui, groups, now, out));
            }
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let theme = if ui.visuals().dark_mode { Action::LightTheme } else { Action::DarkTheme };
            action_button(ui, theme, 28.0, now, out);
            action_button(ui, Action::Panels, 28.0, now, out);
            action_button(ui, Action::Palette, 28.0, now, out);
            ui.add_space(8.0);
            action_button(ui, Action::Redo, 28.0, now, out);
            action_button(ui, Action::Undo, 28.0, now, out);
        });
        title(ui, now);
    });
}

/// The project's name, in the middle of the window, with a dot while it has unsaved changes.
fn title(ui: &Ui, now: &Situation<'_>) {
    let p = theme::palette(ui);
    let name = project_name(now);
    let centre = pos2(ui.ctx().content_rect().center().x, ui.max_rect().center().y);
    let rect = ui.painter().text(centre, Align2::CENTER_CENTER, name, FontId::proportional(12.5), p.muted);
    if now.bench.is_modified() {
        ui.painter().circle_filled(rect.left_center() - vec2(9.0, 0.0), 3.0, p.accent_text);
    }
}

/// What the project is called.
pub fn project_name(now: &Situation<'_>) -> String {
    let stem = now.bench.path().and_then(|p| p.file_stem()).map(|s| s.to_string_lossy().into_owned());
    stem.unwrap_or_else(|| "Untitled".into())
}

/// Three sheets over each other: the maps under the picture.
fn mark(ui: &mut Ui) {
    let p = theme::palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(34.0, 28.0), Sense::hover());
    response.on_hover_text("Underpaint");
    for (i, colour) in [p.outline, p.muted, p.accent_text].into_iter().enumerate() {
        let centre = rect.center() + vec2(0.0, 5.0 - 5.0 * i as f32);
        let sheet = [vec2(-9.0, 0.0), vec2(0.0, -5.0), vec2(9.0, 0.0), vec2(0.0, 5.0)].map(|d| centre + d);
        let fill = if i == 2 { colour } else { p.panel };
        ui.painter().add(egui::Shape::convex_polygon(sheet.to_vec(), fill, egui::Stroke::new(1.2, colour)));
    }
}

fn recent(ui: &mut Ui, files: &[PathBuf], out: &mut Outbox) {
    if files.is_empty() {
        return;
    }
    menu_line(ui);
    let p = theme::palette(ui);
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let text = RichText::new(format!("{}  {name}", icons::RECENT)).color(p.text);
        let entry =
            egui::Button::new(text).frame_when_inactive(false).min_size(vec2(MENU_WIDTH, theme::CONTROL)).truncate();
        let entry = ui.add(entry).accessible_name(format!("Open recent {name}"));
        if entry.on_hover_text(file.display().to_string()).clicked() {
            out.send(ViewCommand::Open(file.clone()));
            ui.close();
        }
    }
}
