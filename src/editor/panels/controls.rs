//! How much each parent steers the active factor, and when: one row for each adapter or ControlNet.

use egui::{DragValue, Id, Ui, vec2};

use crate::command::Command;
use crate::document::Node;
use crate::editor::theme;
use crate::editor::view_command::Outbox;
use crate::editor::widgets::{caption, settled, title_case};
use crate::graph::{Control, ControlSettings};

/// Width of the word between start and end.
const TO: f32 = 16.0;

/// Draws the rows; nothing for a factor that nothing steers.
pub fn ui(ui: &mut Ui, node: &Node, controls: &[Control], width: f32, out: &mut Outbox) {
    for control in controls {
        let now = node.settings.sampling.control(control);
        ui.horizontal(|ui| {
            let own = control.parent.is_none();
            caption(ui, &if own { "Adapter".into() } else { title_case(&control.source) }, width);
            let wide = (ui.available_width() - TO - 3.0 * ui.spacing().item_spacing.x) / 3.0;
            let field = |ui: &mut Ui, what: &str, current: f32, most: f32| {
                let name = format!("{what} of {} in {}", control.source, node.name);
                settled(ui, Id::unique(name.clone()), current, |ui, value| {
                    let drag = DragValue::new(value).range(0.0..=most).speed(0.005).max_decimals(2);
                    let drag = drag.update_while_editing(false);
                    ui.add_sized(vec2(wide, theme::CONTROL), drag).accessible_name(&name)
                })
            };
            let strength = field(ui, "Strength", now.strength, ControlSettings::MOST_STRENGTH);
            let start = field(ui, "Start", now.start, 1.0);
            caption(ui, "to", TO);
            let end = field(ui, "End", now.end, 1.0);
            let settings = match (strength, start, end) {
                (None, None, None) => return,
                (strength, Some(start), None) => {
                    ControlSettings { strength: strength.unwrap_or(now.strength), start, end: now.end.max(start) }
                }
                (strength, start, end) => {
                    let end = end.unwrap_or(now.end);
                    let start = start.unwrap_or(now.start).min(end);
                    ControlSettings { strength: strength.unwrap_or(now.strength), start, end }
                }
            };
            let (variable, source) = (node.name.clone(), control.source.clone());
            out.send(Command::SetControl { variable, source, settings });
        });
    }
}
