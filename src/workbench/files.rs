//! Projects, exports and maps from files.

use std::path::Path;
use std::sync::Arc;

use super::apply::Applied;
use super::state::{CommandError, Effect, Workbench, empty_document};
use crate::maps;

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

    /// Puts a picture from a file in place of a variable's map, as an override.
    pub(super) fn load_map(&mut self, variable: &str, path: &Path) -> Result<Applied> {
        let id = self.variable(variable)?;
        if self.document.node(id).locked {
            return Err(CommandError(format!("{variable} is locked: unlock it first")));
        }
        let kind = self.pack.graph.variable(id).kind;
        let size = (self.document.width, self.document.height);
        let map = maps::load_map(kind, path, self.pack.classes(), size).map_err(|e| CommandError(e.to_string()))?;
        let mut document = self.document.clone();
        document.give(&self.pack.graph, id, Arc::new(map));
        if self.segmentation().is_ok_and(|s| s == id) {
            document.chosen = None;
        }
        Ok(Applied::changed(self.commit(format!("Load {variable}"), document, self.selection.clone())))
    }
}
