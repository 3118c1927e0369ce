//! Editing the active map, or the selected part of it, by text.

use egui::{DragValue, FontId, Id, Margin, RichText, TextEdit, Ui, vec2};

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
}

impl Default for Words {
    fn default() -> Self {
        Self { remove: String::new(), add: String::new(), scale: Concept::usual_scale() }
    }
}

fn id() -> Id {
    Id::unique("edit by text")
}

fn field(what: &str) -> Id {
    id().with(what.to_owned())
}

/// Puts the cursor into the row's first field.
pub fn focus(ctx: &egui::Context) {
    ctx.memory_mut(|memory| memory.request_focus(field("remove")));
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
            line(ui, &mut words.remove, each, "remove");
            line(ui, &mut words.add, each, "add");
            let edit = icon_button(ui, icons::PROMPT, &format!("Edit {what} by text"), theme::CONTROL, false);
            let concepts = concepts(&words.remove, &words.add, words.scale);
            if edit.on_hover_text(format!("Edit {what} by these words; the rest stays as it is")).clicked() {
                out.send(Command::EditByText {
                    variable: node.name.clone(),
                    concepts,
                    steps: None,
                    skip: Command::usual_skip(),
                    method: InversionMethod::default(),
                    seed: None,
                    through: false,
                });
            }
        });
    });
    ui.data_mut(|d| d.insert_temp(id(), words));
}

/// Draws how hard the words pull.
pub fn scale(ui: &mut Ui, width: f32) {
    let mut words: Words = ui.data(|d| d.get_temp(id())).unwrap_or_default();
    ui.horizontal(|ui| {
        caption(ui, "Words", width);
        let drag = DragValue::new(&mut words.scale).range(0.0..=MOST_SCALE).speed(0.1).max_decimals(1);
        ui.add_sized(vec2(ui.available_width(), theme::CONTROL), drag.prefix("Scale "))
            .accessible_name("Scale of the words")
            .on_hover_text("How hard the words pull");
    });
    ui.data_mut(|d| d.insert_temp(id(), words));
}

fn line(ui: &mut Ui, text: &mut String, width: f32, what: &'static str) {
    let p = theme::palette(ui);
    let edit = TextEdit::singleline(text)
        .id(field(what))
        .hint_text(RichText::new(what).color(p.muted))
        .font(FontId::proportional(12.5))
        .margin(Margin::symmetric(8, 6));
    ui.add_sized(vec2(width, theme::CONTROL), edit)
        .accessible_name(format!("Words to {what}"))
        .on_hover_text(format!("Words to {what}; several are separated by commas"));
}
