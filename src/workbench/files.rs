//! Projects, exports and maps from files.

use std::path::Path;
use std::sync::Arc;

use super::apply::Applied;
use super::blank;
use super::state::{CommandError, Effect, Severity, Workbench, empty_document};
use crate::document::io::{IoError, export_openraster, export_png, open_project, save_project};
use crate::graph::VariableId;
use crate::maps::{Map, PaletteName, load_map};

type Result<T> = std::result::Result<T, CommandError>;

impl From<IoError> for CommandError {
    fn from(error: IoError) -> Self {
        Self(error.to_string())
    }
}

impl Workbench {
    pub(super) fn new_project(&mut self) -> Vec<Effect> {
        let effects = self.stop();
        self.replace_project(empty_document(&self.pack));
        self.saved = self.document.clone();
        self.path = None;
        effects
    }

    /// Opens a project, or the one that an exported PNG carries; that one has no file of its own yet.
    pub(super) fn open(&mut self, path: &Path) -> Result<Vec<Effect>> {
        let opened = open_project(path, &self.pack)?;
        let mut effects = self.stop();
        self.replace_project(opened.document);
        let carried = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("png"));
        self.path = (!carried).then(|| path.to_path_buf());
        self.saved = if carried { empty_document(&self.pack) } else { self.document.clone() };
        effects.extend(opened.warnings.into_iter().map(|warning| Effect::Say(Severity::Warning, warning)));
        Ok(effects)
    }

    pub(super) fn save(&mut self) -> Result<Vec<Effect>> {
        match self.path.clone() {
            Some(path) => self.save_as(&path),
            None => Err(CommandError("This project has no file yet: use Save as".into())),
        }
    }

    pub(super) fn save_as(&mut self, path: &Path) -> Result<Vec<Effect>> {
        save_project(path, &self.document, &self.pack)?;
        self.saved = self.document.clone();
        self.path = Some(path.to_path_buf());
        Ok(Vec::new())
    }

    pub(super) fn export(&mut self, variable: &str, path: &Path, palette: PaletteName) -> Result<Vec<Effect>> {
        let id = self.variable(variable)?;
        if self.document.map(id).is_none() {
            return Err(CommandError(format!("There is no {variable} to export yet: run it first")));
        }
        let unlabelled = export_png(path, &self.document, id, palette, &self.pack)?;
        if unlabelled.is_empty() {
            return Ok(Vec::new());
        }
        let (label, lacking) = (palette.label(), unlabelled.join(", "));
        let line = format!("{label} has no class for {lacking}: those pixels are unlabelled in {}", path.display());
        Ok(vec![Effect::Say(Severity::Warning, line)])
    }

    pub(super) fn export_layers(&mut self, path: &Path) -> Result<Vec<Effect>> {
        if self.document.nodes.iter().all(|node| node.map.is_none()) {
            return Err(CommandError("There is no map to export yet: run something first".into()));
        }
        export_openraster(path, &self.document, &self.pack)?;
        Ok(Vec::new())
    }

    /// Puts a picture from a file in place of a variable's map, as an override.
    pub(super) fn load_map(&mut self, variable: &str, path: &Path, palette: Option<PaletteName>) -> Result<Applied> {
        let id = self.open_to_hand(variable)?;
        let kind = self.pack.graph.variable(id).kind;
        let size = (self.document.width, self.document.height);
        let loaded = load_map(kind, path, palette, self.pack.classes(), size);
        let loaded = loaded.map_err(|e| CommandError(e.to_string()))?;
        let applied = self.put(format!("Load {variable}"), id, loaded.map);
        let remarks = loaded.remarks.into_iter().map(|remark| Effect::Say(Severity::Warning, remark));
        Ok(remarks.fold(applied, Applied::and))
    }

    /// Puts a blank map in place, to paint by hand.
    pub(super) fn new_map(&mut self, variable: &str) -> Result<Applied> {
        let id = self.open_to_hand(variable)?;
        let map = blank::map(&self.document, self.pack.graph.variable(id).kind, self.pack.classes());
        Ok(self.put(format!("Blank {variable}"), id, map))
    }

    /// The variable of this name, if its map may be replaced.
    fn open_to_hand(&self, variable: &str) -> Result<VariableId> {
        let id = self.variable(variable)?;
        if self.document.node(id).locked {
            return Err(CommandError(format!("{variable} is locked: unlock it first")));
        }
        Ok(id)
    }

    fn put(&mut self, label: String, id: VariableId, map: Map) -> Applied {
        let mut document = self.document.clone();
        document.give(&self.pack.graph, id, Arc::new(map));
        if self.segmentation().is_ok_and(|s| s == id) {
            document.chosen = None;
        }
        Applied::changed(self.commit(label, document, self.selection.clone()))
    }
}
