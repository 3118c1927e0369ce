//! Which maps to write, and where.

use egui::{Align, Layout, RichText, Ui, vec2};

use super::{body, modal, title};
use crate::editor::action::Action;
use crate::editor::files::FileRequest;
use crate::editor::situation::Situation;
use crate::editor::thumbnails::Thumbnails;
use crate::editor::widgets::{primary_button, secondary_button, title_case};
use crate::editor::{icons, theme};
use crate::graph::VariableKind;
use crate::maps::PaletteName;

/// What the person chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Ask where to write this, then write it.
    Ask(FileRequest),
    /// Nothing (more).
    Close,
}

/// Shows it; returns a choice once there is one.
pub fn ui(ui: &Ui, now: &Situation<'_>, palette: &mut PaletteName, thumbnails: &mut Thumbnails) -> Option<Choice> {
    let (graph, document) = (&now.bench.pack().graph, now.bench.document());
    let (choice, close) = modal(ui, "export", 440.0, |ui| {
        let p = theme::palette(ui);
        title(ui, "Export");
        body(
            ui,
            "Lossless PNG files. The image carries its prompt and the whole graph: dropping it on the window brings everything back.",
        );
        ui.add_space(10.0);
        let mut choice = None;
        for id in graph.ids() {
            let Some(map) = document.map(id) else { continue };
            let (name, kind) = (&graph.variable(id).name, graph.variable(id).kind);
            ui.horizontal(|ui| {
                let texture = thumbnails.of(ui.ctx(), map, &now.bench.pack().manifest.classes);
                ui.add(egui::Image::new((texture, vec2(44.0, 44.0))).corner_radius(4).alt_text(name.as_str()));
                ui.vertical(|ui| {
                    ui.set_width(276.0);
                    ui.add_space(4.0);
                    ui.label(RichText::new(title_case(name)).font(theme::strong(13.0)));
                    let (width, height) = map.size();
                    ui.label(RichText::new(format!("{width} × {height} · {}", format(kind))).size(11.5).color(p.muted));
                });
                let button = secondary_button(ui, icons::EXPORT, "Save…", vec2(104.0, 32.0));
                if button.accessible_name(format!("Export {name}")).clicked() {
                    choice = Some(Choice::Ask(FileRequest::Export(id, *palette)));
                }
            });
        }
        if graph.of_kind(VariableKind::Classes).is_some_and(|id| document.map(id).is_some()) {
            ui.add_space(6.0);
            ui.horizontal(|ui| {
                body(ui, "Segmentation in");
                egui::ComboBox::from_id_salt("export palette")
                    .selected_text(palette.label())
                    .width(240.0)
                    .show_ui(ui, |ui| {
                        for name in PaletteName::ALL {
                            ui.selectable_value(palette, name, name.label());
                        }
                    })
                    .response
                    .accessible_name("Palette of the segmentation");
            });
        }
        ui.add_space(14.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if primary_button(ui, icons::EXPORT, "All into a folder…", vec2(180.0, 32.0)).clicked() {
                choice = Some(Choice::Ask(FileRequest::ExportAll(*palette)));
            }
            let layers = secondary_button(ui, icons::EXPORT, "As layers…", vec2(120.0, 32.0));
            if layers.on_hover_text(Action::ExportLayers.tooltip()).clicked() {
                choice = Some(Choice::Ask(FileRequest::ExportLayers));
            }
            if secondary_button(ui, "", "Close", vec2(96.0, 32.0)).clicked() {
                choice = Some(Choice::Close);
            }
        });
        choice
    });
    choice.or(close.then_some(Choice::Close))
}

fn format(kind: VariableKind) -> &'static str {
    match kind {
        VariableKind::Classes => "a class index and a colour each",
        VariableKind::Depth => "16 bit, white is near",
        VariableKind::Sketch => "lines",
        VariableKind::Normal => "BAE colours",
        VariableKind::Pose => "OpenPose colours",
        VariableKind::Image => "with prompt and graph inside",
    }
}
