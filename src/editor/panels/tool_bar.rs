//! The tools, down the left side.

use egui::{Rect, Sense, Stroke, Ui, vec2};

use crate::editor::action::Action;
use crate::editor::canvas::Canvas;
use crate::editor::situation::Situation;
use crate::editor::theme;
use crate::editor::tools::Tool;
use crate::editor::view_command::{Outbox, ViewCommand};
use crate::editor::widgets::{action_button, describe, focus_ring, swatch};

/// Width in points.
pub const WIDTH: f32 = 52.0;
const GROUPS: [&[Tool]; 4] = [
    &[Tool::Move, Tool::SelectRegion, Tool::Rectangle, Tool::Lasso],
    &[Tool::Brush, Tool::Eraser, Tool::Fill, Tool::Pick],
    &[Tool::Text, Tool::DepthBrush],
    &[Tool::Pan, Tool::Zoom],
];

/// Draws it.
pub fn ui(ui: &mut Ui, now: &Situation<'_>, canvas: &Canvas, previous_class: &str, out: &mut Outbox) {
    ui.spacing_mut().item_spacing.y = 2.0;
    // All tools stay in sight in the smallest window.
    let side = ((ui.available_height() - 120.0) / 12.0).floor().clamp(24.0, 36.0);
    ui.vertical_centered(|ui| {
        for (i, group) in GROUPS.into_iter().enumerate() {
            if i > 0 {
                let (rect, _) = ui.allocate_exact_size(vec2(24.0, 9.0), Sense::hover());
                ui.painter().hline(rect.x_range(), rect.center().y, Stroke::new(1.0, theme::palette(ui).outline));
            }
            for tool in group {
                action_button(ui, Action::Take(*tool), side, now, out);
            }
        }
        ui.add_space(6.0);
        classes(ui, now, &canvas.settings.class, previous_class, out);
    });
}

/// The class painted with, over the one before: a click swaps them.
fn classes(ui: &mut Ui, now: &Situation<'_>, class: &str, previous: &str, out: &mut Outbox) {
    let colour = |name: &str| now.bench.pack().manifest.classes.by_name(name).map(|c| c.colour);
    let (rect, response) = ui.allocate_exact_size(vec2(36.0, 36.0), Sense::click());
    describe(&response, "Swap with the previous class", None);
    let p = theme::palette(ui);
    let square = vec2(22.0, 22.0);
    if let Some(rgb) = colour(previous) {
        swatch(ui, Rect::from_min_size(rect.max - square, square), rgb);
    }
    if let Some(rgb) = colour(class) {
        let front = Rect::from_min_size(rect.min, square);
        ui.painter().rect_filled(front.expand(2.0), 4.0, p.panel);
        swatch(ui, front, rgb);
    }
    focus_ring(ui, rect, &response);
    if response.on_hover_text(format!("Painting with {class}. Click or X: {previous}")).clicked() {
        out.send(ViewCommand::SwapClass);
    }
}
