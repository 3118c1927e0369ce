//! How changes of the document enter the history.

use std::borrow::Cow;

use super::state::Workbench;
use crate::document::{Document, History, Selection};
use crate::graph::VariableId;

/// A setting whose changes in a row (typing, dragging a slider) are one undo step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    Prompt,
    FactorPrompt(VariableId),
    NegativePrompt,
    Quick(VariableId),
    FactorNegativePrompt(VariableId),
    Seed(VariableId),
    Steps(VariableId),
    Guidance(VariableId),
    Weights,
    GuidanceRescale(VariableId),
    GuidanceInterval(VariableId),
    Sampler(VariableId),
    Eta(VariableId),
    Spacing(VariableId),
    /// With its place among the factor's controls.
    Control(VariableId, usize),
}

/// The setting that the last history entry changed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coalescing {
    setting: Setting,
    /// Whether nothing but this setting has changed since: results of live mode join the entry too.
    pristine: bool,
}

impl Workbench {
    /// Puts a changed document in place as one undo step. Returns whether it differs.
    pub(super) fn commit(
        &mut self,
        label: impl Into<Cow<'static, str>>,
        document: Document,
        selection: Selection,
    ) -> bool {
        self.coalescing = None;
        let changed = document != self.document;
        if changed {
            let before = std::mem::replace(&mut self.document, document);
            self.history.push(label, before, self.selection.clone());
        }
        self.selection = selection;
        changed
    }

    /// Changes the document within the last undo step: what live mode samples belongs to the edit
    /// that asked for it.
    pub(super) fn amend(&mut self, document: Document) {
        if let Some(coalescing) = &mut self.coalescing {
            coalescing.pristine = false;
        }
        self.document = document;
    }

    /// Changes a setting; changes of the same setting in a row are one undo step, and none at all
    /// when they end where they began. Returns whether the document differs.
    pub(super) fn change_setting(
        &mut self,
        label: impl Into<Cow<'static, str>>,
        setting: Setting,
        change: impl Fn(&mut Document),
    ) -> bool {
        let joins = self.coalescing.filter(|c| c.setting == setting);
        let Some(Coalescing { pristine, .. }) = joins else {
            let mut document = self.document.clone();
            change(&mut document);
            let changed = self.commit(label, document, self.selection.clone());
            self.coalescing = changed.then_some(Coalescing { setting, pristine: true });
            return changed;
        };
        let Some(base) = self.history.last() else { return false };
        let mut document = if pristine { base.clone() } else { self.document.clone() };
        change(&mut document);
        if document == *base {
            self.history.drop_last();
            self.coalescing = None;
        }
        let changed = document != self.document;
        self.document = document;
        changed
    }

    /// Steps back; whether there was anything to undo.
    pub(super) fn undo(&mut self) -> bool {
        self.coalescing = None;
        let step = self.history.undo(&self.document, &self.selection);
        self.travel(step)
    }

    /// Steps forward; whether there was anything to redo.
    pub(super) fn redo(&mut self) -> bool {
        self.coalescing = None;
        let step = self.history.redo(&self.document, &self.selection);
        self.travel(step)
    }

    fn travel(&mut self, step: Option<(Document, Selection)>) -> bool {
        let Some((document, selection)) = step else { return false };
        self.document = document;
        self.selection = selection;
        true
    }

    /// Puts another project's document in place; there is nothing to undo in it.
    pub(super) fn replace_project(&mut self, document: Document) {
        self.history = History::default();
        self.coalescing = None;
        self.selection = Selection::none();
        self.active = VariableId(0);
        self.document = document;
    }
}
