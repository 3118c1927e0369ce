//! What the parts of a score weigh, to change.

use egui::{Button, Grid, Popup, RichText, Slider, Ui};

use crate::command::Command;
use crate::compliance::{Part, Weights};
use crate::editor::view_command::Outbox;
use crate::editor::{icons, theme};

/// Greatest weight that the sliders reach.
const MOST: f32 = 10.0;

/// Draws a button that opens the sliders.
pub fn button(ui: &mut Ui, weights: &Weights, out: &mut Outbox) {
    let p = theme::palette(ui);
    let label = RichText::new(format!("{}  Ranked by…", icons::WEIGHTS)).size(11.5).color(p.muted);
    let response = ui.add(Button::new(label).frame_when_inactive(false));
    let response = response.on_hover_text("What the parts of a candidate's score weigh");
    Popup::menu(&response).close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_min_width(300.0);
        ui.label(RichText::new("What a score weighs").font(theme::strong(13.0)));
        let mut changed = *weights;
        Grid::new("weights").num_columns(2).spacing([12.0, 6.0]).show(ui, |ui| {
            for part in Part::ALL {
                ui.label(part.title()).on_hover_text(explained(part));
                let slider = Slider::new(changed.of_mut(part), 0.0..=MOST).step_by(0.5).fixed_decimals(1);
                let response = ui.add(slider);
                let name = format!("Weight of {}", part.title().to_lowercase());
                response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Slider, true, &name));
                ui.end_row();
            }
        });
        if ui.button("As they were at first").clicked() {
            changed = Weights::default();
        }
        if changed != *weights && changed.are_usable() {
            out.send(Command::SetWeights { weights: changed });
        }
    });
}

fn explained(part: Part) -> &'static str {
    match part {
        Part::Recall => "Share of the asked classes that are in the map",
        Part::Counts => "Share of objects that are there as often as asked",
        Part::Relations => "Share of relations that hold, such as left of",
        Part::Colours => "Share of colours that the image shows, once there is one",
        Part::Shapes => {
            "How clearly the outlines of what was asked for are those of their classes, while a candidate is as it was drawn"
        }
        Part::Unasked => "1 without classes that nobody asked for, a half with one, a third with two",
    }
}
