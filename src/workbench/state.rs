//! The workbench and what it tells its shell.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::command::Command;
use crate::document::edit::Clip;
use crate::document::{Document, Selection};
use crate::graph::VariableId;
use crate::pack::Pack;
use crate::worker::{Event, Job, JobId};

/// How serious a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Something went as asked.
    Info,
    /// Something to know.
    Warning,
    /// Something failed.
    Error,
}

/// What the shell has to do after a command or an event.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Hand this job to the worker.
    Start(JobId, Job),
    /// Cancel this job.
    Cancel(JobId),
    /// Tell the person.
    Say(Severity, String),
    /// Put this region on the system clipboard as a picture too.
    ToSystemClipboard(Clip),
}

/// Why a command was refused; one line that says what to do. The document is as before.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct CommandError(pub String);

/// A project in memory and everything that commands act on.
#[derive(Debug)]
pub struct Workbench {
    pack: Pack,
    document: Document,
    selection: Selection,
    active: VariableId,
    clip: Option<Clip>,
    path: Option<PathBuf>,
    live: bool,
    running: Option<JobId>,
}

impl Workbench {
    /// An empty project for a pack.
    pub fn new(pack: Pack) -> Self {
        let size = pack.manifest.canvas_size;
        let document = Document::new(&pack.graph, size, size);
        Self {
            pack,
            document,
            selection: Selection::none(),
            active: VariableId(0),
            clip: None,
            path: None,
            live: false,
            running: None,
        }
    }

    /// Carries out a command.
    ///
    /// # Errors
    /// [`CommandError`] with a line for the person; nothing has changed then.
    pub fn apply(&mut self, _command: Command) -> Result<Vec<Effect>, CommandError> {
        Ok(Vec::new())
    }

    /// The document as `command` would leave it, without doing it: what a drag shows while it lasts.
    /// `None` for commands that are not edits by hand.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub fn preview(&self, _command: &Command) -> Result<Option<(Document, Selection)>, CommandError> {
        Ok(None)
    }

    /// Takes in news from the worker. Events of jobs that are no longer current are dropped.
    pub fn on_event(&mut self, _event: Event) -> Vec<Effect> {
        Vec::new()
    }

    /// The pack.
    pub fn pack(&self) -> &Pack {
        &self.pack
    }

    /// The document.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The selection.
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// The variable that tools edit.
    pub fn active(&self) -> VariableId {
        self.active
    }

    /// The clipboard.
    pub fn clip(&self) -> Option<&Clip> {
        self.clip.as_ref()
    }

    /// Where the project was saved last.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Whether edits re-run what depends on them.
    pub fn is_live(&self) -> bool {
        self.live
    }

    /// The job that runs, if any.
    pub fn running(&self) -> Option<JobId> {
        self.running
    }

    /// Whether the document differs from what was saved last.
    pub fn is_modified(&self) -> bool {
        false
    }

    /// Label of what Undo would undo.
    pub fn undo_label(&self) -> Option<&str> {
        None
    }

    /// Label of what Redo would redo.
    pub fn redo_label(&self) -> Option<&str> {
        None
    }
}
