//! Edits by hand: pure functions from a document and a selection to new ones.

use std::sync::Arc;

use thiserror::Error;

use super::{Document, Selection};
use crate::command::Command;
use crate::graph::{FactorGraph, VariableId};
use crate::maps::{ClassTable, Map};

/// What an edit needs to know beside the document.
#[derive(Clone, Copy, Debug)]
pub struct EditContext<'a> {
    /// The pack's graph.
    pub graph: &'a FactorGraph,
    /// The pack's classes.
    pub classes: &'a ClassTable,
    /// The variable whose map tools edit.
    pub active: VariableId,
    /// What Copy put aside.
    pub clip: Option<&'a Clip>,
}

/// A copied region: pixels of one kind of map and the mask that cuts it out.
#[derive(Clone, Debug, PartialEq)]
pub struct Clip {
    /// Pixels of the region's bounding box.
    pub map: Arc<Map>,
    /// Which of them belong to it; its bounds say where it came from.
    pub mask: Selection,
    /// Class names by index at the time of copying, so that a clip pastes into a document of another pack by name.
    pub classes: Vec<(u8, String)>,
}

/// What an edit made.
#[derive(Clone, Debug)]
pub struct Edited {
    /// The new document.
    pub document: Document,
    /// The new selection.
    pub selection: Selection,
    /// Name for the undo menu, e.g. "Move".
    pub label: &'static str,
}

/// Why an edit could not be made; one line that says what to do.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct EditError(pub String);

/// Carries out a command that selects, moves, transforms, pastes, paints, fills or writes.
///
/// Returns `None` for commands that are not edits by hand. A selection command returns the document
/// unchanged. An edit that changes nothing returns an equal document.
///
/// # Errors
/// [`EditError`] when nothing is selected, the map is missing, locked or of another kind than the
/// command edits, or a class is unknown.
pub fn edit(
    _document: &Document,
    _selection: &Selection,
    _context: &EditContext<'_>,
    _command: &Command,
) -> Result<Option<Edited>, EditError> {
    Ok(None)
}
