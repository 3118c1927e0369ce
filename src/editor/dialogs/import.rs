//! In which palette a segmentation is to be read.

use egui::{Align, Layout, Ui, vec2};

use super::{body, modal, title};
use crate::editor::files::FileRequest;
use crate::editor::icons;
use crate::editor::situation::Situation;
use crate::editor::widgets::{primary_button, secondary_button};
use crate::graph::VariableKind;
use crate::maps::PaletteName;

/// What the person chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Ask which file, then read it.
    Ask(FileRequest),
    /// Nothing.
    Close,
}

/// Shows it; returns a choice once there is one.
pub fn ui(ui: &Ui, now: &Situation<'_>, palette: &mut Option<PaletteName>) -> Option<Choice> {
    let segmentation = now.bench.pack().graph.of_kind(VariableKind::Classes);
    let (choice, close) = modal(ui, "import", 440.0, |ui| {
        title(ui, "Import a segmentation");
        body(
            ui,
            "A label picture becomes the segmentation, given by hand. Each colour is read as the nearest of the palette, and specks are cleaned. What this pack does not know is told.",
        );
        ui.add_space(10.0);
        ui.horizontal(|ui| {
            body(ui, "Its palette");
            let label = |palette: Option<PaletteName>| palette.map_or("found out from its colours", PaletteName::label);
            egui::ComboBox::from_id_salt("import palette")
                .selected_text(label(*palette))
                .width(240.0)
                .show_ui(ui, |ui| {
                    for name in [None].into_iter().chain(PaletteName::ALL.map(Some)) {
                        ui.selectable_value(palette, name, label(name));
                    }
                })
                .response
                .accessible_name("Palette of the picture");
        });
        ui.add_space(14.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let open = primary_button(ui, icons::IMPORT, "Choose a file…", vec2(152.0, 32.0)).clicked();
            let cancel = secondary_button(ui, "", "Cancel", vec2(96.0, 32.0)).clicked();
            let ask = segmentation.filter(|_| open).map(|id| Choice::Ask(FileRequest::Import(id, *palette)));
            ask.or(cancel.then_some(Choice::Close))
        })
        .inner
    });
    choice.or(close.then_some(Choice::Close))
}
