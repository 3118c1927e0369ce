//! All keys on one sheet.

use egui::{Align2, FontId, RichText, ScrollArea, Sense, Ui, vec2};

use super::{modal, title};
use crate::editor::action::{self, Action};
use crate::editor::theme;
use crate::editor::tools::Tool;
use crate::editor::widgets::{keys_text, secondary_button};

/// Keys that the canvas itself reads, beside those of [`Action`].
const CANVAS: [(&str, &str); 8] = [
    ("Wheel", "Zoom at the pointer"),
    ("Space, middle button", "Pan in any tool"),
    ("Shift-click", "Straight line (brush, eraser); add (selection)"),
    ("Alt", "Pick (brush, fill); subtract (selection)"),
    ("Shift while transforming", "Keep proportions, turn by 15°"),
    ("Alt while transforming", "About the centre"),
    ("Enter", "Apply a transform"),
    ("Shift+Tab", "Walk through controls"),
];

/// Shows it; returns whether to close it.
pub fn ui(ui: &Ui) -> bool {
    let height = (ui.ctx().content_rect().height() - 180.0).clamp(200.0, 560.0);
    let (closed, close) = modal(ui, "shortcuts", 700.0, |ui| {
        title(ui, "Keyboard shortcuts");
        ScrollArea::vertical().max_height(height).show(ui, |ui| {
            ui.columns(2, |columns| {
                let project = [Action::New, Action::Open, Action::Save, Action::SaveAs, Action::Export, Action::Quit];
                group(&mut columns[0], "Project", &project);
                group(&mut columns[0], "Edit", &action::EDIT.concat());
                let nudge = [Action::Nudge(1, 0), Action::Nudge(10, 0)];
                group(&mut columns[0], "Selection", &nudge);
                group(&mut columns[0], "Sample", &action::SAMPLE.concat());
                group(&mut columns[1], "Tools", &Tool::all().map(Action::Take));
                group(&mut columns[1], "Brush", &[Action::GrowBrush, Action::ShrinkBrush, Action::SwapClass]);
                group(&mut columns[1], "View", &[action::VIEW.concat(), action::HELP.concat()].concat());
                heading(&mut columns[1], "On the canvas");
                for (keys, what) in CANVAS {
                    row(&mut columns[1], what, keys);
                }
            });
        });
        ui.add_space(12.0);
        secondary_button(ui, "", "Close", vec2(96.0, 32.0)).clicked()
    });
    closed || close
}

fn group(ui: &mut Ui, name: &str, actions: &[Action]) {
    heading(ui, name);
    for action in actions {
        let keys: Vec<_> = action.shortcuts().iter().map(|k| keys_text(ui.ctx(), k)).collect();
        if !keys.is_empty() {
            row(ui, action.label(), &keys.join(", "));
        }
    }
    ui.add_space(8.0);
}

fn heading(ui: &mut Ui, name: &str) {
    ui.label(RichText::new(name).font(theme::strong(13.0)));
}

fn row(ui: &mut Ui, what: &str, keys: &str) {
    let p = theme::palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 18.0), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, format!("{what}: {keys}")));
    let (left, right) = (rect.left_center(), rect.right_center() - vec2(12.0, 0.0));
    ui.painter().text(left, Align2::LEFT_CENTER, what, FontId::proportional(12.5), p.muted);
    ui.painter().text(right, Align2::RIGHT_CENTER, keys, FontId::proportional(12.0), p.text);
}
