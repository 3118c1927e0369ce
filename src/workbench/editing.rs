//! Edits by hand.

use super::apply::Applied;
use super::state::{CommandError, Effect, Severity, Workbench};
use crate::command::Command;
use crate::document::edit::{self, EditContext, EditError, Edited};
use crate::document::{Document, Selection};

impl From<EditError> for CommandError {
    fn from(error: EditError) -> Self {
        Self(error.0)
    }
}

impl Workbench {
    /// Carries out an edit by hand: one undo step, unless it only selects.
    pub(super) fn edit(&mut self, command: &Command) -> Result<Applied, CommandError> {
        let edited = edit::edit(&self.document, &self.selection, &self.context(), command)?;
        let Some(Edited { document, selection, label, remarks }) = edited else {
            return Ok(Applied::changed(false));
        };
        if document == self.document {
            // Selecting does not end a run of changes to one setting.
            self.selection = selection;
            return Ok(Applied::changed(false));
        }
        let applied = Applied::changed(self.commit(label, document, selection));
        Ok(remarks.into_iter().map(|line| Effect::Say(Severity::Warning, line)).fold(applied, Applied::and))
    }

    /// Document and selection as `command` would leave `from`, without doing it: what a drag shows
    /// while it lasts. `None` for commands that are not edits by hand.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub fn preview(
        &self,
        (document, selection): (&Document, &Selection),
        command: &Command,
    ) -> Result<Option<(Document, Selection)>, CommandError> {
        let edited = edit::edit(document, selection, &self.context(), command)?;
        Ok(edited.map(|e| (e.document, e.selection)))
    }

    pub(super) fn context(&self) -> EditContext<'_> {
        EditContext {
            graph: &self.pack.graph,
            classes: self.pack.classes(),
            active: self.active,
            clip: self.clip.as_ref(),
        }
    }

    /// Fills the clipboard, the system's as well.
    pub(super) fn copy(&mut self) -> Result<Vec<Effect>, CommandError> {
        let clip = edit::copy(&self.document, &self.selection, &self.context())?;
        self.clip = Some(clip.clone());
        Ok(vec![Effect::ToSystemClipboard(clip)])
    }

    /// Copies and deletes; when deleting is refused nothing was copied either.
    pub(super) fn cut(&mut self) -> Result<Applied, CommandError> {
        let clip = edit::copy(&self.document, &self.selection, &self.context())?;
        let applied = self.edit(&Command::Cut)?;
        self.clip = Some(clip.clone());
        Ok(applied.and(Effect::ToSystemClipboard(clip)))
    }
}
