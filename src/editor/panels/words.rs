//! Editing the active map, or the selected part of it, by text.

use egui::{ComboBox, DragValue, FontId, Id, Margin, Response, RichText, TextEdit, Ui, vec2};

use crate::command::Command;
use crate::editor::situation::Situation;
use crate::editor::view_command::Outbox;
use crate::editor::widgets::{caption, icon_button};
use crate::editor::{icons, theme};
use crate::engine::{Concept, InversionMethod, MOST_SCALE};
use crate::workbench::concepts;

/// What is asked, as the person wrote it last; forgotten with the window.
#[derive(Clone, Debug)]
struct Words {
    remove: String,
    add: String,
    scale: f32,
    threshold: f32,
    skip: f32,
    method: InversionMethod,
}

impl Default for Words {
    fn default() -> Self {
        Self {
            remove: String::new(),
            add: String::new(),
            scale: Concept::usual_scale(),
            threshold: Concept::usual_threshold(),
            skip: Command::usual_skip(),
            method: InversionMethod::default(),
        }
    }
}

fn id() -> Id {
    Id::unique("edit by text")
}

fn field(what: &str) -> Id {
    id().with(what.to_owned())
}

/// Puts the cursor into the row's first field as soon as it is drawn: what is not on show cannot hold the focus.
pub fn focus(ctx: &egui::Context) {
    ctx.data_mut(|d| d.insert_temp(field("wanted"), true));
    ctx.request_repaint();
}

/// Draws the row; `width` is that of its caption.
pub fn ui(ui: &mut Ui, now: &Situation<'_>, width: f32, out: &mut Outbox) {
    let node = now.bench.document().node(now.bench.active());
    let mut words: Words = ui.data(|d| d.get_temp(id())).unwrap_or_default();
    let what = if now.bench.selection().is_empty() { "all of it" } else { "the selection" };
    ui.add_enabled_ui(node.map.is_some() && !node.locked && now.can_run(), |ui| {
        ui.horizontal(|ui| {
            caption(ui, "Words", width);
            let each = (ui.available_width() - theme::CONTROL - 2.0 * ui.spacing().item_spacing.x) / 2.0;
            let first = line(ui, &mut words.remove, each, "remove");
            if ui.data_mut(|d| d.remove_temp::<bool>(field("wanted"))).is_some() {
                first.request_focus();
            }
            line(ui, &mut words.add, each, "add");
            let edit = icon_button(ui, icons::PROMPT, &format!("Edit {what} by text"), theme::CONTROL, false);
            let mut concepts = concepts(&words.remove, &words.add, words.scale);
            concepts.iter_mut().for_each(|concept| concept.threshold = words.threshold);
            if edit.on_hover_text(format!("Edit {what} by these words; the rest stays as it is")).clicked() {
                out.send(Command::EditByText {
                    variable: node.name.clone(),
                    concepts,
                    steps: None,
                    skip: words.skip,
                    method: words.method,
                    seed: None,
                    through: false,
                });
            }
        });
    });
    ui.data_mut(|d| d.insert_temp(id(), words));
}

/// Draws how the words are followed: two rows.
pub fn settings(ui: &mut Ui, width: f32) {
    let mut words: Words = ui.data(|d| d.get_temp(id())).unwrap_or_default();
    let each = (ui.available_width() - width - 2.0 * ui.spacing().item_spacing.x) / 2.0;
    let number = |ui: &mut Ui, drag: DragValue<'_>, name: &str, hint: &str| {
        ui.add_sized(vec2(each, theme::CONTROL), drag).accessible_name(name).on_hover_text(hint);
    };
    ui.horizontal(|ui| {
        caption(ui, "Words", width);
        let scale = DragValue::new(&mut words.scale).range(0.0..=MOST_SCALE).speed(0.1).max_decimals(1);
        number(ui, scale.prefix("Scale "), "Scale of the words", "How hard the words pull");
        let threshold = DragValue::new(&mut words.threshold).range(0.0..=0.99).speed(0.005).max_decimals(2);
        let hint =
            "Share of the map that they leave alone: where they pull least, and where the network looks least at them";
        number(ui, threshold.prefix("Spare "), "Threshold of the words", hint);
    });
    ui.horizontal(|ui| {
        caption(ui, "", width);
        let skip = DragValue::new(&mut words.skip).range(0.0..=0.95).speed(0.005).max_decimals(2);
        let hint = "Share of the walk, from noise on, that is left out: more keeps more of the map";
        number(ui, skip.prefix("Skip "), "Skip of the words", hint);
        let combo = ComboBox::from_id_salt("inversion").selected_text(words.method.label()).width(each);
        let response = combo.show_ui(ui, |ui| {
            for method in InversionMethod::ALL {
                ui.selectable_value(&mut words.method, method, method.label());
            }
        });
        response.response.accessible_name("Inversion of the words").on_hover_text("How the way back to noise is found");
    });
    ui.data_mut(|d| d.insert_temp(id(), words));
}

fn line(ui: &mut Ui, text: &mut String, width: f32, what: &'static str) -> Response {
    let p = theme::palette(ui);
    let edit = TextEdit::singleline(text)
        .id(field(what))
        .hint_text(RichText::new(what).color(p.muted))
        .font(FontId::proportional(12.5))
        .margin(Margin::symmetric(8, 6));
    ui.add_sized(vec2(width, theme::CONTROL), edit)
        .accessible_name(format!("Words to {what}"))
        .on_hover_text(format!("Words to {what}; several are separated by commas"))
}
