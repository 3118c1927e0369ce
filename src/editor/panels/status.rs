//! The line at the bottom: hint, pointer, device, zoom.

use egui::{Align, Layout, RichText, Ui};

use crate::editor::canvas::Canvas;
use crate::editor::situation::{Models, Situation};
use crate::editor::view_command::{Outbox, ViewCommand};
use crate::editor::{icons, theme};

/// Height in points.
pub const HEIGHT: f32 = 28.0;

/// Draws it.
pub fn ui(ui: &mut Ui, now: &Situation<'_>, canvas: &Canvas, out: &mut Outbox) {
    ui.horizontal_centered(|ui| {
        let p = theme::palette(ui);
        let small = |text: String| RichText::new(text).size(11.5).color(p.muted);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let zoom = format!("{:.0}%", canvas.zoom() * 100.0);
            let button = egui::Button::new(small(zoom)).frame_when_inactive(false).min_size(egui::vec2(56.0, 22.0));
            let zoom = ui.add(button).accessible_name("Zoom: fit to the window");
            if zoom.on_hover_text("Fit to the window (Ctrl+0). Actual size: Ctrl+1").clicked() {
                out.send(ViewCommand::Fit);
            }
            ui.separator();
            device(ui, now.models);
            ui.separator();
            let pointer = canvas.status(now.bench);
            if !pointer.is_empty() {
                ui.label(small(pointer));
                ui.separator();
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(egui::Label::new(small(canvas.tool.tooltip().to_owned())).truncate());
            });
        });
    });
}

fn device(ui: &mut Ui, models: &Models) {
    let p = theme::palette(ui);
    let (colour, short, long) = match models {
        Models::Loading => (p.warn, "Loading models…".to_owned(), "The pack's networks are being loaded".to_owned()),
        Models::Ready(device) => (p.good, first_words(device), device.clone()),
        Models::Failed(message) => (p.bad, "Models not loaded".to_owned(), message.clone()),
    };
    ui.label(RichText::new(short).size(11.5).color(p.muted)).on_hover_text(&long);
    ui.label(RichText::new(icons::DEVICE).size(14.0).color(colour)).on_hover_text(long);
}

/// The device without its reasons; they are in the tooltip.
fn first_words(device: &str) -> String {
    let end = device.find([';', '(', '.']).unwrap_or(device.len());
    device[..end].trim().chars().take(40).collect()
}
