//! How much each parent steers the active factor, and when: one row for each adapter or ControlNet.

use egui::{DragValue, Id, Ui, vec2};

use crate::command::Command;
use crate::document::Node;
use crate::editor::theme;
use crate::editor::view_command::Outbox;
use crate::editor::widgets::{caption, settled, title_case};
use crate::graph::{Control, ControlSettings};

/// Wider than other captions: names of variables stand here.
const CAPTION: f32 = 88.0;

/// Draws the rows; nothing for a factor that nothing steers.
pub fn ui(ui: &mut Ui, node: &Node, controls: &[Control], out: &mut Outbox) {
    if controls.is_empty() {
        return;
    }
    let field = (ui.available_width() - CAPTION - 3.0 * ui.spacing().item_spacing.x) / 3.0;
    ui.horizontal(|ui| {
        caption(ui, "Steered by", CAPTION);
        for column in ["strength", "from", "to"] {
            caption(ui, column, field);
        }
    });
    for control in controls {
        row(ui, node, control, field, out);
    }
}

fn row(ui: &mut Ui, node: &Node, control: &Control, width: f32, out: &mut Outbox) {
    let now = node.settings.sampling.control(control);
    ui.horizontal(|ui| {
        let own = control.parent.is_none();
        caption(ui, &if own { "Own latent".into() } else { title_case(&control.source) }, CAPTION);
        let number = |ui: &mut Ui, what: &str, current: f32, most: f32| {
            let name = format!("{what} of {} in {}", control.source, node.name);
            settled(ui, Id::unique(name.clone()), current, |ui, value| {
                let drag = DragValue::new(value).range(0.0..=most).speed(0.005).max_decimals(2);
                let drag = drag.update_while_editing(false);
                ui.add_sized(vec2(width, theme::CONTROL), drag).accessible_name(&name)
            })
        };
        let strength = number(ui, "Strength", now.strength, ControlSettings::MOST_STRENGTH);
        let start = number(ui, "Start", now.start, 1.0);
        let end = number(ui, "End", now.end, 1.0);
        if strength.is_none() && start.is_none() && end.is_none() {
            return;
        }
        // What was set pushes the other end along.
        let (start, end) = match (start, end) {
            (Some(start), _) => (start, now.end.max(start)),
            (None, end) => (now.start.min(end.unwrap_or(now.end)), end.unwrap_or(now.end)),
        };
        let settings = ControlSettings { strength: strength.unwrap_or(now.strength), start, end };
        let (variable, source) = (node.name.clone(), control.source.clone());
        out.send(Command::SetControl { variable, source, settings });
    });
}
