//! Sampling the selection, or all of the active map, anew.

use egui::{DragValue, Id, Response, Ui, vec2};

use crate::command::Command;
use crate::editor::situation::Situation;
use crate::editor::view_command::Outbox;
use crate::editor::widgets::{caption, icon_button};
use crate::editor::{icons, theme};

/// How, as the person set it last; forgotten with the window.
#[derive(Clone, Copy, Debug)]
struct Anew {
    /// Percent of the way from noise that is gone again.
    strength: u8,
    /// Percent of the way to another seed's noise.
    variation: u8,
    /// Whether what follows is sampled anew as well.
    through: bool,
}

/// Draws the row; `width` is that of its caption.
pub fn ui(ui: &mut Ui, now: &Situation<'_>, width: f32, out: &mut Outbox) {
    let active = now.bench.active();
    let node = now.bench.document().node(active);
    let id = Id::unique("sample anew");
    let mut anew = ui.data(|d| d.get_temp(id)).unwrap_or(Anew { strength: 100, variation: 100, through: false });
    let what = if now.bench.selection().is_empty() { "all of it" } else { "the selection" };
    ui.add_enabled_ui(node.map.is_some() && !node.locked && now.can_run(), |ui| {
        ui.horizontal(|ui| {
            caption(ui, "Anew", width);
            let each = (ui.available_width() - 2.0 * theme::CONTROL - 3.0 * ui.spacing().item_spacing.x) / 2.0;
            percent(ui, &mut anew.strength, each, "Strength")
                .on_hover_text("Strength: 100% keeps nothing of what is there, little keeps its shape");
            percent(ui, &mut anew.variation, each, "Variation")
                .on_hover_text("Variation: 100% is another seed, little stays close to this one");
            let follow = icon_button(ui, icons::RUN_STALE, "And what follows from it", theme::CONTROL, anew.through);
            if follow.on_hover_text("Also the maps that follow from it, in the same place").clicked() {
                anew.through = !anew.through;
            }
            let dice = icon_button(ui, icons::DICE, &format!("Sample {what} anew"), theme::CONTROL, false);
            if dice.on_hover_text(format!("Sample {what} anew; the rest stays as it is")).clicked() {
                out.send(Command::Resample {
                    variable: node.name.clone(),
                    strength: f32::from(anew.strength) / 100.0,
                    seed: Some(rand::random::<u32>().into()),
                    variation: f32::from(anew.variation) / 100.0,
                    through: anew.through,
                });
            }
        });
    });
    ui.data_mut(|d| d.insert_temp(id, anew));
}

fn percent(ui: &mut Ui, value: &mut u8, width: f32, name: &str) -> Response {
    let drag = DragValue::new(value).range(1..=100).speed(0.5).suffix(" %").update_while_editing(false);
    ui.add_sized(vec2(width, theme::CONTROL), drag).accessible_name(name)
}
