//! Undo and redo as snapshots; tiles are shared, so an entry costs what changed.

use std::borrow::Cow;

use crate::document::{Document, Selection};

/// States to go back and forth to.
#[derive(Debug, Default)]
pub(super) struct History {
    undo: Vec<Entry>,
    redo: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    label: Cow<'static, str>,
    document: Document,
    selection: Selection,
}

impl History {
    pub(super) fn push(&mut self, label: impl Into<Cow<'static, str>>, document: Document, selection: Selection) {
        self.redo.clear();
        self.undo.push(Entry { label: label.into(), document, selection });
    }

    pub(super) fn undo(&mut self, document: &Document, selection: &Selection) -> Option<(Document, Selection)> {
        let entry = self.undo.pop()?;
        let (document, selection) = (document.clone(), selection.clone());
        self.redo.push(Entry { label: entry.label, document, selection });
        Some((entry.document, entry.selection))
    }

    pub(super) fn redo(&mut self, document: &Document, selection: &Selection) -> Option<(Document, Selection)> {
        let entry = self.redo.pop()?;
        let (document, selection) = (document.clone(), selection.clone());
        self.undo.push(Entry { label: entry.label, document, selection });
        Some((entry.document, entry.selection))
    }

    pub(super) fn last(&self) -> Option<&Document> {
        self.undo.last().map(|e| &e.document)
    }

    pub(super) fn drop_last(&mut self) {
        self.undo.pop();
    }

    pub(super) fn undo_label(&self) -> Option<&str> {
        self.undo.last().map(|e| e.label.as_ref())
    }

    pub(super) fn redo_label(&self) -> Option<&str> {
        self.redo.last().map(|e| e.label.as_ref())
    }
}
