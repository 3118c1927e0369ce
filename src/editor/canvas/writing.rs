//! Words being written onto the sketch.

use egui::{Align2, Area, Frame, Key, Order, TextEdit, Ui, Vec2};

use super::Canvas;
use crate::command::Command;
use crate::workbench::Workbench;

/// A line of text that is not in the document yet.
#[derive(Clone, Debug)]
pub struct Writing {
    /// Left end of the baseline, in the document.
    at: Vec2,
    words: String,
    /// Not shown yet, so it does not have the focus yet.
    new: bool,
}

impl Writing {
    /// An empty line at a place.
    pub fn at(at: Vec2) -> Self {
        Self { at, words: String::new(), new: true }
    }

    /// The command that puts it into the document; `None` while nothing is written.
    pub fn command(&self, size: f32, outline: bool) -> Option<Command> {
        let text = self.words.trim_end();
        let Vec2 { x, y } = self.at;
        (!text.is_empty()).then(|| Command::Text { x, y, size, text: text.to_owned(), outline })
    }
}

impl Canvas {
    /// The field under the place being written at. The words themselves appear on the canvas as
    /// they will be. Enter or a press elsewhere keeps them, Esc drops them.
    pub(super) fn writing_ui(&mut self, ui: &Ui, bench: &Workbench, commands: &mut Vec<Command>) {
        let (Some(projection), Some(viewport)) = (self.projection(), self.viewport) else { return };
        let Some(writing) = &mut self.writing else { return };
        let below = projection.screen_from_document(writing.at) + Vec2::new(0.0, 10.0);
        let area = Area::new(ui.scope_id().with("writing"))
            .order(Order::Foreground)
            .pivot(Align2::LEFT_TOP)
            .fixed_pos(below)
            .constrain_to(viewport.rect.shrink(8.0));
        let field = area
            .show(ui.ctx(), |ui| {
                Frame::popup(ui.style()).show(ui, |ui| {
                    let edit = TextEdit::singleline(&mut writing.words).hint_text("a word, then Enter");
                    ui.add(edit.desired_width(180.0)).accessible_name("Text on the sketch")
                })
            })
            .inner
            .inner;
        if std::mem::take(&mut writing.new) {
            field.request_focus();
            return;
        }
        if field.lost_focus() {
            let dropped = ui.input(|i| i.key_pressed(Key::Escape));
            let (size, outline) = (self.settings.text_size, self.settings.text_outline);
            let finished = self.writing.take().and_then(|w| w.command(size, outline)).filter(|_| !dropped);
            self.give(ui, bench, finished, commands);
        }
    }
}
