//! Version, pack, device, licences.

use egui::{Grid, RichText, Ui, vec2};

use super::{body, modal, title};
use crate::editor::situation::{Models, Situation};
use crate::editor::theme;
use crate::editor::widgets::secondary_button;

/// Shows it; returns whether to close it.
pub fn ui(ui: &Ui, now: &Situation<'_>) -> bool {
    let manifest = &now.bench.pack().manifest;
    let device = match now.models {
        Models::Loading => "models are being loaded",
        Models::Ready(device) => device,
        Models::Failed(message) => message,
    };
    let (closed, close) = modal(ui, "about", 460.0, |ui| {
        let p = theme::palette(ui);
        title(ui, "Underpaint");
        body(
            ui,
            "An editor for the picture under the picture: sample the maps that explain an image, edit them, and let the image follow. After the Factor Graph Diffusion Model (NeurIPS 2024).",
        );
        ui.add_space(10.0);
        Grid::new("about").num_columns(2).spacing(vec2(16.0, 6.0)).show(ui, |ui| {
            let rows = [
                ("Version", env!("CARGO_PKG_VERSION").to_owned()),
                ("Licence", env!("CARGO_PKG_LICENSE").to_owned()),
                ("Pack", format!("{} {} ({})", manifest.title, manifest.revision, manifest.licence)),
                ("Pack hash", now.bench.pack().hash.chars().take(16).collect()),
                ("Runs on", device.to_owned()),
                ("Fonts", "Inter (OFL 1.1), Phosphor (MIT)".to_owned()),
            ];
            for (name, value) in rows {
                ui.label(RichText::new(name).color(p.muted));
                ui.add(egui::Label::new(value).wrap());
                ui.end_row();
            }
        });
        ui.add_space(14.0);
        secondary_button(ui, "", "Close", vec2(96.0, 32.0)).clicked()
    });
    closed || close
}
