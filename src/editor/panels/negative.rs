//! What guidance leads away from: the field of the document and that of a factor.

use egui::{FontId, Id, Key, KeyboardShortcut, Margin, Modifiers, RichText, ScrollArea, TextEdit, Ui, vec2};

use crate::command::Command;
use crate::document::Node;
use crate::editor::situation::Situation;
use crate::editor::theme;
use crate::editor::view_command::Outbox;
use crate::editor::widgets::settled;

/// Draws the document's, `size` large.
pub fn of_document(ui: &mut Ui, size: egui::Vec2, now: &Situation<'_>, out: &mut Outbox) {
    let p = theme::palette(ui);
    let current = now.bench.document().negative_prompt.clone();
    let changed = settled(ui, Id::unique("negative prompt"), current, |ui, text| {
        let edit = TextEdit::multiline(text)
            .hint_text(RichText::new("What should not be in it?").color(p.muted))
            .desired_rows(2)
            .desired_width(f32::INFINITY)
            .font(FontId::proportional(14.0))
            .margin(Margin::symmetric(10, 8))
            .return_key(KeyboardShortcut::new(Modifiers::SHIFT, Key::Enter));
        let area = ScrollArea::vertical().id_salt("negative prompt").max_height(size.y).min_scrolled_height(size.y);
        area.show(ui, |ui| ui.add_sized(vec2(size.x, size.y), edit)).inner.accessible_name("Negative prompt")
    });
    if let Some(text) = changed {
        out.send(Command::SetNegativePrompt { prompt: text.trim().to_owned() });
    }
}

/// Draws a factor's own.
pub fn of_factor(ui: &mut Ui, node: &Node, out: &mut Outbox) {
    let p = theme::palette(ui);
    let current = node.settings.negative_prompt.clone().unwrap_or_default();
    let changed = settled(ui, Id::unique(("negative prompt", node.name.clone())), current, |ui, text| {
        let edit = TextEdit::singleline(text)
            .hint_text(RichText::new("Its own negative prompt, or inherit").color(p.muted))
            .font(FontId::proportional(12.5))
            .margin(Margin::symmetric(8, 6))
            .desired_width(f32::INFINITY);
        ui.add(edit).accessible_name(format!("Own negative prompt of {}", node.name))
    });
    if let Some(text) = changed {
        let prompt = Some(text.trim().to_owned()).filter(|t| !t.is_empty());
        out.send(Command::SetFactorNegativePrompt { variable: node.name.clone(), prompt });
    }
}
