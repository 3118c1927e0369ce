//! What the document will be when the drag in progress ends.

use std::sync::Arc;

use crate::command::Command;
use crate::document::{Document, Selection};
use crate::maps::Map;
use crate::workbench::Workbench;

/// The outcome of a command that has not been given yet. Computed anew only when the command, or
/// what it acts on, changes.
#[derive(Debug)]
pub struct Ahead {
    command: Command,
    acted_on: (Option<Arc<Map>>, Selection),
    outcome: Outcome,
}

#[derive(Debug)]
enum Outcome {
    Edited(Box<(Document, Selection)>),
    Unchanged,
    Refused(String),
}

impl Ahead {
    /// Looks ahead from a document and a selection, reusing `last` when it still holds.
    pub fn of(command: Command, bench: &Workbench, from: (&Document, &Selection), last: Option<Self>) -> Self {
        let acted_on = (from.0.map(bench.active()).cloned(), from.1.clone());
        if let Some(last) = last
            && last.command == command
            && same(&last.acted_on.0, &acted_on.0)
            && last.acted_on.1 == acted_on.1
        {
            return last;
        }
        let outcome = match bench.preview(from, &command) {
            Ok(Some(edited)) => Outcome::Edited(Box::new(edited)),
            Ok(None) => Outcome::Unchanged,
            Err(error) => Outcome::Refused(error.to_string()),
        };
        Self { command, acted_on, outcome }
    }

    /// Document and selection as they will be, if the command changes them.
    pub fn edited(&self) -> Option<(&Document, &Selection)> {
        match &self.outcome {
            Outcome::Edited(edited) => Some((&edited.0, &edited.1)),
            Outcome::Unchanged | Outcome::Refused(_) => None,
        }
    }

    /// The same, to keep.
    pub fn into_edited(self) -> Option<Box<(Document, Selection)>> {
        if let Outcome::Edited(edited) = self.outcome { Some(edited) } else { None }
    }

    /// Why the command would be refused.
    pub fn refusal(&self) -> Option<&str> {
        if let Outcome::Refused(why) = &self.outcome { Some(why) } else { None }
    }
}

fn same(a: &Option<Arc<Map>>, b: &Option<Arc<Map>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}
