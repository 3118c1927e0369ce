//! How the active factor's walk goes: its sampler, and what is rarely changed in a fold below.

use egui::{CollapsingHeader, ComboBox, DragValue, Id, RichText, Ui, vec2};

use super::{controls, negative, words};
use crate::command::Command;
use crate::document::Node;
use crate::editor::theme;
use crate::editor::view_command::Outbox;
use crate::editor::widgets::{caption, settled};
use crate::graph::{Control, QuickWalk, Sampler, Spacing};

const CAPTION: f32 = 72.0;
const QUICK: &str = "The network that was distilled to few steps, guidance built in. Parts of a map, words, negative prompts and joint sampling take the full one";

/// Draws the fold; with `full` what the full network's walk can be set to.
pub fn advanced(ui: &mut Ui, node: &Node, full: bool, steering: &[Control], out: &mut Outbox) {
    let title = RichText::new("Advanced").size(12.5).color(theme::palette(ui).muted);
    CollapsingHeader::new(title).id_salt("advanced").show_unindented(ui, |ui| {
        if full {
            spacing(ui, node, out);
            guidance(ui, node, out);
        }
        controls::ui(ui, node, steering, out);
        negative::of_factor(ui, node, out);
        words::settings(ui, CAPTION);
    });
}

/// Draws the choice of the sampler, the factor's distilled network (`quick`) among them.
pub fn sampler(ui: &mut Ui, node: &Node, quick: Option<QuickWalk>, out: &mut Outbox) {
    let sampling = &node.settings.sampling;
    let quick = quick.map(|walk| format!("Quick: {} steps", walk.evaluations()));
    let chosen = quick.clone().filter(|_| sampling.quick);
    let variable = || node.name.clone();
    ui.horizontal(|ui| {
        caption(ui, "Sampler", CAPTION);
        let eta = sampling.sampler == Sampler::Ddim && chosen.is_none();
        let width = ui.available_width() - if eta { 110.0 } else { 0.0 };
        let shown = chosen.clone().unwrap_or_else(|| sampling.sampler.label().into());
        let combo = ComboBox::from_id_salt("sampler").selected_text(shown).width(width).height(360.0);
        let response = combo.show_ui(ui, |ui| {
            if let Some(quick) = &quick
                && ui.selectable_label(chosen.is_some(), quick).on_hover_text(QUICK).clicked()
            {
                out.send(Command::SetQuick { variable: variable(), quick: true });
            }
            for sampler in Sampler::ALL {
                let is_on = chosen.is_none() && sampler == sampling.sampler;
                if ui.selectable_label(is_on, sampler.label()).clicked() {
                    out.send(Command::SetSampler { variable: variable(), sampler });
                }
            }
        });
        let response = response.response;
        let response = if chosen.is_some() { response.on_hover_text(QUICK) } else { response };
        response.accessible_name(format!("Sampler of {}", node.name));
        if eta {
            caption(ui, "Eta", 26.0);
            let name = format!("Eta of {}", node.name);
            if let Some(eta) = share(ui, &name, sampling.eta, ui.available_width()) {
                out.send(Command::SetEta { variable: variable(), eta });
            }
        }
    });
}

fn spacing(ui: &mut Ui, node: &Node, out: &mut Outbox) {
    let now = node.settings.sampling.spacing;
    ui.horizontal(|ui| {
        caption(ui, "Spacing", CAPTION);
        let width = ui.available_width();
        let response =
            ComboBox::from_id_salt("spacing").selected_text(spacing_label(now)).width(width).show_ui(ui, |ui| {
                for spacing in Spacing::ALL {
                    if ui.selectable_label(spacing == now, spacing_label(spacing)).clicked() {
                        out.send(Command::SetSpacing { variable: node.name.clone(), spacing });
                    }
                }
            });
        response.response.accessible_name(format!("Spacing of {}", node.name));
    });
}

fn guidance(ui: &mut Ui, node: &Node, out: &mut Outbox) {
    let sampling = &node.settings.sampling;
    let [from, to] = sampling.guidance_interval;
    ui.horizontal(|ui| {
        caption(ui, "Guided", CAPTION);
        // "to" and the gaps around it stand between two fields of one width.
        let width = (ui.available_width() - 16.0 - 2.0 * ui.spacing().item_spacing.x) / 2.0;
        let begin = share(ui, &format!("Begin of guidance of {}", node.name), from, width);
        caption(ui, "to", 16.0);
        let end = share(ui, &format!("End of guidance of {}", node.name), to, width);
        if begin.is_some() || end.is_some() {
            let (from, to) = match (begin, end) {
                (Some(begin), _) => (begin, to.max(begin)),
                (None, end) => (from.min(end.unwrap_or(to)), end.unwrap_or(to)),
            };
            out.send(Command::SetGuidanceInterval { variable: node.name.clone(), from, to });
        }
    });
    ui.horizontal(|ui| {
        caption(ui, "Rescale", CAPTION);
        let name = format!("Guidance rescale of {}", node.name);
        if let Some(rescale) = share(ui, &name, sampling.guidance_rescale, ui.available_width()) {
            out.send(Command::SetGuidanceRescale { variable: node.name.clone(), rescale });
        }
    });
}

/// A number from 0 to 1; returns it when it has been changed.
fn share(ui: &mut Ui, name: &str, current: f32, width: f32) -> Option<f32> {
    settled(ui, Id::unique(name.to_owned()), current, |ui, value| {
        let drag = DragValue::new(value).range(0.0..=1.0).speed(0.005).max_decimals(2).update_while_editing(false);
        ui.add_sized(vec2(width, theme::CONTROL), drag).accessible_name(name)
    })
}

fn spacing_label(spacing: Spacing) -> &'static str {
    match spacing {
        Spacing::Trailing => "Trailing: from pure noise",
        Spacing::Leading => "Leading: as Stable Diffusion 1",
        Spacing::Karras => "Karras: small steps at the end",
    }
}
