//! Projects, exports and maps from files.

use std::path::Path;

use super::apply::Applied;
use super::state::{CommandError, Effect, Workbench, empty_document};

type Result<T> = std::result::Result<T, CommandError>;

impl Workbench {
    pub(super) fn new_project(&mut self) -> Vec<Effect> {
        let effects = self.stop();
        self.replace_project(empty_document(&self.pack));
        self.saved = self.document.clone();
        self.path = None;
        effects
    }

    pub(super) fn open(&mut self, _path: &Path) -> Result<Vec<Effect>> {
        Err(CommandError("nothing".into()))
    }

    pub(super) fn save(&mut self) -> Result<Vec<Effect>> {
        Err(CommandError("nothing".into()))
    }

    pub(super) fn save_as(&mut self, _path: &Path) -> Result<Vec<Effect>> {
        Err(CommandError("nothing".into()))
    }

    pub(super) fn export(&mut self, _variable: &str, _path: &Path) -> Result<Vec<Effect>> {
        Err(CommandError("nothing".into()))
    }

    pub(super) fn load_map(&mut self, _variable: &str, _path: &Path) -> Result<Applied> {
        Err(CommandError("nothing".into()))
    }
}
