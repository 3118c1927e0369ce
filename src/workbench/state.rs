//! The workbench and what it tells its shell.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::changes::Coalescing;
use super::sampling::Running;
use crate::document::edit::Clip;
use crate::document::{Document, History, Selection};
use crate::graph::VariableId;
use crate::pack::Pack;
use crate::worker::{Job, JobId};

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
    pub(super) pack: Pack,
    pub(super) document: Document,
    /// The document as it was saved or opened last.
    pub(super) saved: Document,
    pub(super) selection: Selection,
    pub(super) active: VariableId,
    pub(super) clip: Option<Clip>,
    pub(super) path: Option<PathBuf>,
    pub(super) live: bool,
    pub(super) running: Option<Running>,
    pub(super) last_job: JobId,
    pub(super) history: History,
    pub(super) coalescing: Option<Coalescing>,
    /// How many rounds candidates were mended in: each has noise of its own.
    pub(super) mended: u64,
    /// What the engine noted about a prompt last.
    pub(super) noted: Option<String>,
    /// Classes nearest to words that the vocabulary does not know.
    pub(super) suggestions: BTreeMap<String, Vec<String>>,
}

impl Workbench {
    /// An empty project for a pack.
    pub fn new(pack: Pack) -> Self {
        let document = empty_document(&pack);
        Self {
            pack,
            saved: document.clone(),
            document,
            selection: Selection::none(),
            active: VariableId(0),
            clip: None,
            path: None,
            live: false,
            running: None,
            last_job: JobId(0),
            history: History::default(),
            coalescing: None,
            mended: 0,
            noted: None,
            suggestions: BTreeMap::new(),
        }
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

    /// Fills the clipboard from outside: a picture from the system's clipboard.
    pub fn set_clip(&mut self, clip: Clip) {
        self.clip = Some(clip);
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
        self.running.as_ref().map(|r| r.id)
    }

    /// Whether the document differs from what was saved last.
    pub fn is_modified(&self) -> bool {
        self.document != self.saved
    }

    /// Label of what Undo would undo.
    pub fn undo_label(&self) -> Option<&str> {
        self.history.undo_label()
    }

    /// Label of what Redo would redo.
    pub fn redo_label(&self) -> Option<&str> {
        self.history.redo_label()
    }
}

/// A document with nothing in it yet, at the pack's size.
pub(super) fn empty_document(pack: &Pack) -> Document {
    let side = pack.manifest.canvas_size;
    Document::new(&pack.graph, side, side)
}
