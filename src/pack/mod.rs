//! Packs: trained factors with all that is needed to run them, in a folder.

mod manifest;

pub use manifest::{FactorEntry, FileEntry, LatentSpec, Manifest, TextSpec, VariableEntry};

use std::path::PathBuf;
use std::sync::Arc;

use crate::graph::FactorGraph;

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
