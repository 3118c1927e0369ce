//! Taking over what an autosave kept.

use super::state::{Effect, Workbench};
use crate::document::Document;

impl Workbench {
    /// Goes on with the document of a session that ended badly. It counts as modified and has no
    /// file yet: nothing is overwritten before the person says where.
    pub fn take_over(&mut self, document: Document) -> Vec<Effect> {
        let effects = self.stop();
        self.replace_project(document);
        self.saved = super::state::empty_document(&self.pack);
        self.path = None;
        effects
    }
}
