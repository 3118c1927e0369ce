//! What the canvas shows over what.

use egui::{ComboBox, Slider, Ui};

use crate::editor::canvas::View;
use crate::editor::situation::Situation;
use crate::editor::widgets::{caption, title_case};
use crate::graph::{VariableId, VariableKind};

const CAPTION: f32 = 72.0;

/// Draws the settings; they are the window's own, so they change at once.
pub fn ui(ui: &mut Ui, now: &Situation<'_>, view: &mut View) {
    let graph = &now.bench.pack().graph;
    let name = |id: VariableId| title_case(&graph.variable(id).name);
    let width = ui.available_width() - CAPTION - 8.0;
    ui.horizontal(|ui| {
        caption(ui, "Base", CAPTION);
        let combo = ComboBox::from_id_salt("base").selected_text(name(view.base)).width(width);
        let response = combo.show_ui(ui, |ui| {
            for id in graph.ids() {
                ui.selectable_value(&mut view.base, id, name(id));
            }
        });
        response.response.accessible_name("Base map");
    });
    ui.horizontal(|ui| {
        caption(ui, "Overlay", CAPTION);
        let chosen = view.overlay.map_or_else(|| "None".to_owned(), name);
        let response = ComboBox::from_id_salt("overlay").selected_text(chosen).width(width).show_ui(ui, |ui| {
            ui.selectable_value(&mut view.overlay, None, "None");
            for id in graph.ids() {
                ui.selectable_value(&mut view.overlay, Some(id), name(id));
            }
        });
        response.response.accessible_name("Overlay map");
    });
    ui.horizontal(|ui| {
        caption(ui, "Opacity", CAPTION);
        ui.spacing_mut().slider_width = width - 52.0;
        let percent = |v: f64, _: std::ops::RangeInclusive<usize>| format!("{:.0}%", v * 100.0);
        let parse = |text: &str| text.trim_end_matches('%').trim().parse::<f64>().ok().map(|v| v / 100.0);
        let slider = Slider::new(&mut view.opacity, 0.0..=1.0).custom_formatter(percent).custom_parser(parse);
        ui.add_enabled(view.overlay.is_some(), slider).accessible_name("Overlay opacity");
    });
    ui.checkbox(&mut view.boundaries, "Outline regions");
    if graph.of_kind(VariableKind::Sketch).is_some() {
        ui.checkbox(&mut view.sketch_dark_on_light, "Sketch dark on light");
    }
    ui.checkbox(&mut view.dim_outside, "Dim what is not selected");
}
