//! Settings of the factor whose map is active.

use egui::{DragValue, FontId, Id, RichText, Ui, vec2};

use super::walk;
use crate::command::Command;
use crate::document::Node;
use crate::editor::situation::Situation;
use crate::editor::view_command::Outbox;
use crate::editor::widgets::{caption, icon_button, section, settled, title_case};
use crate::editor::{icons, theme};
use crate::graph::{NodeState, VariableId};

const CAPTION: f32 = 72.0;

/// Draws them.
pub fn ui(ui: &mut Ui, now: &Situation<'_>, out: &mut Outbox) {
    let id = now.bench.active();
    let node = now.bench.document().node(id);
    let p = theme::palette(ui);
    let (icon, colour, word) = super::graph::state(node.state, p);
    section(ui, &title_case(&node.name), |ui| {
        if node.state == NodeState::Given {
            let release = icon_button(ui, icons::RELEASE, "Give up the override", 24.0, false);
            if release.on_hover_text("Give up the hand-made map: let the factor sample it again").clicked() {
                out.send(Command::ReleaseOverride { variable: node.name.clone() });
            }
        }
        ui.label(RichText::new(word).size(12.0).color(colour));
        ui.label(RichText::new(icon).size(15.0).color(colour));
    });
    let variable = || node.name.clone();
    let name = &node.name;
    let salt = |what: &str| Id::unique(("factor", id, what.to_owned()));

    ui.horizontal(|ui| {
        caption(ui, "Seed", CAPTION);
        let seed = settled(ui, salt("seed"), node.settings.seed, |ui, seed| {
            let drag = DragValue::new(seed).speed(0.2).update_while_editing(false);
            ui.add_sized(vec2(ui.available_width() - 36.0, theme::CONTROL), drag)
                .accessible_name(format!("Seed of {name}"))
        });
        if let Some(seed) = seed {
            out.send(Command::SetSeed { variable: variable(), seed });
        }
        let dice = icon_button(ui, icons::DICE, &format!("Random seed for {name}"), theme::CONTROL, false);
        if dice.on_hover_text("Another seed by chance").clicked() {
            out.send(Command::SetSeed { variable: variable(), seed: u64::from(rand::random::<u32>()) });
        }
    });
    let factor = now.bench.pack().graph.factor(id);
    let full = !node.settings.sampling.quick || factor.quick.is_none();
    if full {
        steps_and_guidance(ui, id, node, out);
    }
    walk::sampler(ui, node, factor.quick, out);
    own_prompt(ui, name, node.settings.prompt.clone().unwrap_or_default(), salt("prompt"), out);
    walk::advanced(ui, node, full, &factor.controls, out);
    super::anew::ui(ui, now, CAPTION, out);
    super::words::ui(ui, now, CAPTION, out);
}

fn steps_and_guidance(ui: &mut Ui, id: VariableId, node: &Node, out: &mut Outbox) {
    let variable = || node.name.clone();
    let name = &node.name;
    let salt = |what: &str| Id::unique(("factor", id, what.to_owned()));
    ui.horizontal(|ui| {
        caption(ui, "Steps", CAPTION);
        let steps = settled(ui, salt("steps"), node.settings.sampling.steps, |ui, steps| {
            let drag = DragValue::new(steps).range(1..=200).speed(0.1).update_while_editing(false);
            ui.add_sized(vec2(62.0, theme::CONTROL), drag).accessible_name(format!("Steps of {name}"))
        });
        if let Some(steps) = steps {
            out.send(Command::SetSteps { variable: variable(), steps });
        }
        caption(ui, "Guidance", 60.0);
        let guidance = settled(ui, salt("guidance"), node.settings.sampling.guidance, |ui, guidance| {
            let drag =
                DragValue::new(guidance).range(1.0..=15.0).speed(0.02).max_decimals(1).update_while_editing(false);
            ui.add_sized(vec2(ui.available_width(), theme::CONTROL), drag)
                .accessible_name(format!("Guidance of {name}"))
        });
        if let Some(guidance) = guidance {
            out.send(Command::SetGuidance { variable: variable(), guidance });
        }
    });
}

fn own_prompt(ui: &mut Ui, name: &str, current: String, id: Id, out: &mut Outbox) {
    let p = theme::palette(ui);
    let changed = settled(ui, id, current, |ui, text| {
        let edit = egui::TextEdit::singleline(text)
            .hint_text(RichText::new("Its own prompt, or inherit").color(p.muted))
            .font(FontId::proportional(12.5))
            .margin(egui::Margin::symmetric(8, 6))
            .desired_width(f32::INFINITY);
        ui.add(edit).accessible_name(format!("Own prompt of {name}"))
    });
    if let Some(text) = changed {
        let prompt = Some(text.trim().to_owned()).filter(|t| !t.is_empty());
        out.send(Command::SetFactorPrompt { variable: name.to_owned(), prompt });
    }
}
