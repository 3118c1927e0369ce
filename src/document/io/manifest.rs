//! `manifest.json` of a project, version 1.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::compliance::{Compliance, Shape, Weights};
use crate::document::NodeSettings;
use crate::graph::{NodeState, Sampling, VariableKind};

/// Value of `format`.
pub(super) const FORMAT: &str = "underpaint-project";
/// The version this program writes, and the latest it reads.
pub(super) const VERSION: u32 = 1;

/// What a reader needs before it can trust the rest.
#[derive(Debug, Deserialize)]
pub(super) struct Header {
    pub format: String,
    pub version: u32,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub format: String,
    pub version: u32,
    /// Program and version that wrote it.
    pub generator: String,
    pub pack: PackEntry,
    /// Classes by index, so that a pack that numbers them differently can read the maps.
    pub classes: Vec<ClassEntry>,
    pub width: u32,
    pub height: u32,
    pub prompt: String,
    #[serde(default)]
    pub negative_prompt: String,
    #[serde(default)]
    pub sampling: Sampling,
    pub bindings: BTreeMap<String, String>,
    #[serde(default)]
    pub weights: Weights,
    pub nodes: Vec<NodeEntry>,
    pub candidates: Vec<CandidateEntry>,
    pub chosen: Option<usize>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PackEntry {
    pub name: String,
    pub revision: String,
    pub hash: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ClassEntry {
    pub index: u8,
    pub name: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct NodeEntry {
    pub name: String,
    pub kind: VariableKind,
    pub state: NodeState,
    pub locked: bool,
    pub settings: NodeSettings,
    pub map: Option<MapEntry>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CandidateEntry {
    pub seed: u64,
    #[serde(flatten)]
    pub compliance: Compliance,
    /// Of all objects of the map; those in `compliance` are the asked ones among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub all_shapes: Vec<Shape>,
    pub map: MapEntry,
}

/// Where a map is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct MapEntry {
    pub kind: VariableKind,
    pub width: u32,
    pub height: u32,
    /// Files in the archive: one, and for a segmentation its classes and its instances.
    pub files: Vec<String>,
    /// SHA-256 of the unpacked values, lower-case hex.
    pub sha256: String,
}
