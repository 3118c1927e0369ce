//! Packs: trained factors with all that is needed to run them, in a folder.

mod controls;
mod discover;
mod error;
mod integrity;
mod manifest;
pub mod testing;
mod validate;

pub use discover::{Found, default, discover, discover_in, search_path};
pub use error::PackError;
pub use manifest::{
    BackboneSpec, ControlEntry, FactorEntry, FeatureSpec, FileEntry, LatentSpec, Manifest, NullText, QuickEntry,
    ShapesSpec, TextSpec, VariableEntry,
};
pub use validate::{FORMAT, VERSION};

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::graph::FactorGraph;
use crate::maps::ClassTable;
use integrity::sha256_hex;
use validate::{Fault, validate};

/// Name of the manifest in a pack's folder.
pub const MANIFEST: &str = "pack.json";

/// A manifest beyond this size is no manifest.
const MANIFEST_LIMIT: u64 = 8 << 20;

/// A validated pack on disk. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pack {
    /// Its folder.
    pub root: PathBuf,
    /// The manifest as read.
    pub manifest: Arc<Manifest>,
    /// The graph the manifest describes.
    pub graph: Arc<FactorGraph>,
    /// SHA-256 of `pack.json`, lower-case hex: identifies the pack in projects and PNG files.
    pub hash: String,
}

impl Pack {
    /// Opens the pack in the folder `root`: reads and checks its manifest, and that every file is
    /// there in the size it should have. Contents are checked when a file is read ([`Self::read`]),
    /// because hashing a hundred megabytes would delay the start.
    ///
    /// # Errors
    /// [`PackError`] with the file's name and the reason.
    pub fn open(root: impl AsRef<Path>) -> Result<Self, PackError> {
        let root = root.as_ref();
        let path = root.join(MANIFEST);
        let text = read_manifest(&path)?;
        let manifest: Manifest = serde_json::from_slice(&text)
            .map_err(|e| PackError::Manifest { path: path.clone(), reason: format!("not a pack's manifest: {e}") })?;
        let pack = Self::build(root.into(), manifest, sha256_hex(&text))?;
        pack.check_listed(&path)?;
        for name in pack.manifest.files.keys() {
            pack.check_size(name)?;
        }
        Ok(pack)
    }

    /// A pack of this manifest, checked, without a look at any file. Its hash is that of the
    /// manifest as this program writes it.
    ///
    /// # Errors
    /// [`PackError`] when the manifest contradicts itself.
    pub fn from_manifest(root: PathBuf, manifest: Manifest) -> Result<Self, PackError> {
        let text = serde_json::to_vec(&manifest)
            .map_err(|e| PackError::Manifest { path: root.join(MANIFEST), reason: e.to_string() })?;
        Self::build(root, manifest, sha256_hex(&text))
    }

    /// The classes of its segmentation.
    pub fn classes(&self) -> &ClassTable {
        &self.manifest.classes
    }

    fn build(root: PathBuf, manifest: Manifest, hash: String) -> Result<Self, PackError> {
        let path = root.join(MANIFEST);
        let graph = validate(&manifest).map_err(|fault| match fault {
            Fault::Manifest(reason) => PackError::Manifest { path, reason },
            Fault::Graph(source) => PackError::Graph { path, source },
        })?;
        Ok(Self { root, manifest: Arc::new(manifest), graph: Arc::new(graph), hash })
    }

    fn check_listed(&self, path: &Path) -> Result<(), PackError> {
        match self.manifest.graphs().find(|name| !self.manifest.files.contains_key(*name)) {
            Some(name) => {
                let reason = format!("it uses \"{name}\", for which \"files\" has no size and no sha256");
                Err(PackError::Manifest { path: path.into(), reason })
            }
            None => Ok(()),
        }
    }
}

fn read_manifest(path: &Path) -> Result<Vec<u8>, PackError> {
    let failed = |reason: String| PackError::Read { path: path.into(), reason };
    let size = std::fs::metadata(path).map_err(|e| failed(e.to_string()))?.len();
    if size > MANIFEST_LIMIT {
        return Err(failed(format!("{size} bytes are too many for a pack's manifest")));
    }
    std::fs::read(path).map_err(|e| failed(e.to_string()))
}

#[cfg(test)]
mod tests;
