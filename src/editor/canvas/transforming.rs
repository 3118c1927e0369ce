//! Free transform (Ctrl+T): a box that several drags change before one command does it.

use egui::{Key, Modifiers, Ui};

use super::Canvas;
use super::gesture::Gesture;
use crate::command::Command;
use crate::document::Selection;
use crate::editor::tools::{Tool, TransformBox};
use crate::workbench::Workbench;

/// A free transform in progress.
#[derive(Debug)]
pub struct Free {
    /// The box as it is now.
    pub now: TransformBox,
    /// What it transforms; another selection ends it.
    of: Selection,
    /// The tool that was taken; another one applies it.
    tool: Tool,
}

impl Canvas {
    /// Starts, ends or applies a free transform.
    pub(super) fn update_transform(&mut self, ui: &Ui, bench: &Workbench, commands: &mut Vec<Command>) {
        if std::mem::take(&mut self.wants_transform) {
            self.start_transform(ui, bench);
        }
        let Some(free) = &self.free else { return };
        if free.of != *bench.selection() {
            self.free = None;
            return;
        }
        let enter = !ui.ctx().text_edit_focused() && ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Enter));
        if enter || free.tool != self.tool {
            let command = free.now.command();
            self.free = None;
            self.gesture = None;
            self.give(ui, bench, command, commands);
        }
    }

    fn start_transform(&mut self, ui: &Ui, bench: &Workbench) {
        if self.free.is_some() {
            return;
        }
        if bench.selection().is_empty() {
            self.say(ui, "Select what to transform first: press a region with the Move tool");
            return;
        }
        self.gesture = None;
        self.writing = None;
        let now = TransformBox::around(bench.selection().bounds());
        self.free = Some(Free { now, of: bench.selection().clone(), tool: self.tool });
    }

    /// The box to show: of the free transform, or of the selection in the hands of the Move tool.
    pub(super) fn shown_box(&self, selection: &Selection) -> Option<TransformBox> {
        let dragged = self.gesture.as_ref().and_then(Gesture::active_drag).and_then(|d| d.transformed());
        if dragged.is_some() {
            return dragged;
        }
        if let Some(free) = &self.free {
            return Some(free.now);
        }
        (self.tool == Tool::Move && !selection.is_empty()).then(|| TransformBox::around(selection.bounds()))
    }
}
