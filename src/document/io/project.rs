//! Project files.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use image::{ImageFormat, RgbaImage};

use super::archive::{Reader, Writer};
use super::error::{Fault, IoError};
use super::manifest::{CandidateEntry, ClassEntry, FORMAT, Header, Manifest, NodeEntry, PackEntry, VERSION};
use super::maps::{LONGEST_SIDE, MOST_PIXELS, read_map, write_map};
use super::{MIME, picture};
use crate::compliance::Weights;
use crate::document::{Candidate, Document, Node};
use crate::graph::NodeState;
use crate::maps::codec::write_whole;
use crate::maps::{ClassTable, Label, Map, MapError, Plane, fill_nearest, paint, resize_map, thumbnail};
use crate::pack::Pack;

/// Side of the thumbnail that file managers show.
const THUMBNAIL: u32 = 256;

/// A project as it was read.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The document.
    pub document: Document,
    /// What this pack could not take over, a line each.
    pub warnings: Vec<String>,
}

/// Writes a project. The file is whole or not touched at all.
///
/// # Errors
/// [`IoError::Write`] when the folder is missing, full or read-only; an older file is then as it was.
pub fn save_project(path: &Path, document: &Document, pack: &Pack) -> Result<(), IoError> {
    write_file(path, &project_to_bytes(document, pack)?)
}

pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), IoError> {
    write_whole(path, bytes).map_err(|e| match e {
        MapError::Write { path, reason } => IoError::Write { path, reason },
        other => IoError::Map(other),
    })
}

/// A project file in memory.
///
/// # Errors
/// [`IoError::Map`] when a map cannot be encoded.
pub fn project_to_bytes(document: &Document, pack: &Pack) -> Result<Vec<u8>, IoError> {
    let classes = &pack.manifest.classes;
    let mut writer = Writer::new(MIME).map_err(encode)?;
    add_manifest_and_maps(&mut writer, document, pack)?;
    if let Some(merged) = front_map(document) {
        let side = document.width.max(document.height).max(1);
        let shown = paint(&resize_map(merged, document.width.max(1), document.height.max(1)), classes);
        writer.store("mergedimage.png", &png(&shown)?).map_err(encode)?;
        let small = thumbnail(merged, classes, THUMBNAIL.min(side));
        writer.store("Thumbnails/thumbnail.png", &png(&small)?).map_err(encode)?;
    }
    writer.finish().map_err(encode).map_err(IoError::Map)
}

/// A project without the pictures for file managers.
pub(super) fn graph_to_bytes(document: &Document, pack: &Pack) -> Result<Vec<u8>, IoError> {
    let mut writer = Writer::new(MIME).map_err(encode)?;
    add_manifest_and_maps(&mut writer, document, pack)?;
    writer.finish().map_err(encode).map_err(IoError::Map)
}

pub(super) fn encode(error: impl std::fmt::Display) -> MapError {
    MapError::Encode(error.to_string())
}

/// What stands for the whole picture: the last map there is, the image if any.
pub(super) fn front_map(document: &Document) -> Option<&Map> {
    document.nodes.iter().rev().find_map(|node| node.map.as_deref())
}

pub(super) fn png(picture: &RgbaImage) -> Result<Vec<u8>, MapError> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).map_err(encode)?;
    Ok(bytes.into_inner())
}

fn add_manifest_and_maps(writer: &mut Writer, document: &Document, pack: &Pack) -> Result<(), MapError> {
    let classes = &pack.manifest.classes;
    let mut written = Vec::new();
    let mut nodes = Vec::new();
    for (id, node) in pack.graph.ids().zip(&document.nodes) {
        let map = match &node.map {
            Some(map) => Some(write_map(writer, &mut written, &node.name, map, classes)?),
            None => None,
        };
        nodes.push(NodeEntry {
            name: node.name.clone(),
            kind: pack.graph.variable(id).kind,
            state: node.state,
            locked: node.locked,
            settings: node.settings.clone(),
            map,
        });
    }
    let mut candidates = Vec::new();
    for (i, candidate) in document.candidates.iter().enumerate() {
        candidates.push(CandidateEntry {
            seed: candidate.seed,
            compliance: candidate.compliance.clone(),
            all_shapes: candidate.shapes.clone(),
            map: write_map(writer, &mut written, &format!("candidate-{i:02}"), &candidate.map, classes)?,
        });
    }
    let manifest = Manifest {
        format: FORMAT.into(),
        version: VERSION,
        generator: format!("underpaint {}", env!("CARGO_PKG_VERSION")),
        pack: PackEntry {
            name: pack.manifest.name.clone(),
            revision: pack.manifest.revision.clone(),
            hash: pack.hash.clone(),
        },
        classes: classes.iter().map(|c| ClassEntry { index: c.index, name: c.name.clone() }).collect(),
        width: document.width,
        height: document.height,
        prompt: document.prompt.clone(),
        negative_prompt: document.negative_prompt.clone(),
        sampling: document.sampling,
        bindings: document.bindings.clone(),
        weights: document.weights,
        nodes,
        candidates,
        chosen: document.chosen,
    };
    let json = serde_json::to_vec_pretty(&manifest).map_err(encode)?;
    writer.deflate("manifest.json", &json).map_err(encode)
}

/// Opens a project, or the project that an exported PNG carries.
///
/// # Errors
/// [`IoError`] when the file is missing, damaged, foreign or of a later version.
pub fn open_project(path: &Path, pack: &Pack) -> Result<Opened, IoError> {
    let bytes = std::fs::read(path).map_err(|e| IoError::Read { path: path.into(), reason: e.to_string() })?;
    project_from_bytes(&bytes, path, pack)
}

/// Reads a project (or a PNG that carries one) in memory; `path` is for messages.
///
/// # Errors
/// As [`open_project`].
pub fn project_from_bytes(bytes: &[u8], path: &Path, pack: &Pack) -> Result<Opened, IoError> {
    let graph = if picture::is_png(bytes) { picture::graph_chunk(bytes) } else { Ok(bytes) };
    graph.and_then(|bytes| read(bytes, pack)).map_err(|fault| fault.at(path))
}

fn read(bytes: &[u8], pack: &Pack) -> Result<Opened, Fault> {
    let mut reader = Reader::new(bytes)?;
    if !reader.has("manifest.json") {
        return Err(Fault::Foreign("it has no manifest.json".into()));
    }
    let json = reader.manifest()?;
    let header: Header = serde_json::from_slice(&json)
        .map_err(|e| Fault::Foreign(format!("its manifest is another program's ({e})")))?;
    if header.format != FORMAT {
        return Err(Fault::Foreign(format!("its format is \"{}\"", header.format)));
    }
    if header.version > VERSION {
        return Err(Fault::Newer { version: header.version, known: VERSION });
    }
    let manifest: Manifest =
        serde_json::from_slice(&json).map_err(|e| Fault::Damaged(format!("its manifest cannot be read ({e})")))?;
    let pixels = u64::from(manifest.width) * u64::from(manifest.height);
    if pixels == 0 || manifest.width.max(manifest.height) > LONGEST_SIDE || pixels > MOST_PIXELS {
        return Err(Fault::Damaged(format!("its size is {}x{} pixels", manifest.width, manifest.height)));
    }
    assemble(&mut reader, manifest, pack)
}

fn assemble(reader: &mut Reader<'_>, manifest: Manifest, pack: &Pack) -> Result<Opened, Fault> {
    let mut warnings = Vec::new();
    if manifest.pack.name != pack.manifest.name {
        let (theirs, ours) = (&manifest.pack.name, &pack.manifest.name);
        warnings.push(format!("this project was made with the pack \"{theirs}\"; it is opened with \"{ours}\""));
    } else if manifest.pack.hash != pack.hash {
        let revision = &manifest.pack.revision;
        warnings.push(format!("this project was made with revision {revision} of the pack; seeds give other maps now"));
    }
    let renumber = Renumbering::new(&manifest.classes, &pack.manifest.classes);
    let mut missing = BTreeMap::new();
    let mut document = Document::new(&pack.graph, manifest.width, manifest.height);
    for entry in manifest.nodes {
        let known = pack.graph.find(&entry.name).filter(|id| pack.graph.variable(*id).kind == entry.kind);
        let Some(id) = known else {
            let what = if entry.map.is_some() { "its map is left out" } else { "its settings are left out" };
            warnings.push(format!("this pack has no variable \"{}\" of that kind; {what}", entry.name));
            continue;
        };
        if entry.map.as_ref().is_some_and(|map| map.kind != entry.kind) {
            return Err(Fault::Damaged(format!("the map of \"{}\" is of another kind", entry.name)));
        }
        let map = match &entry.map {
            Some(map) => Some(Arc::new(renumber.apply(read_map(reader, map)?, &mut missing))),
            None => None,
        };
        // A state that does not go with having a map or none would be a lie.
        let state = match (&map, entry.state) {
            (None, _) => NodeState::Empty,
            (Some(_), NodeState::Empty) => NodeState::Given,
            (Some(_), state) => state,
        };
        *document.node_mut(id) = Node { name: entry.name, map, state, locked: entry.locked, settings: entry.settings };
    }
    for entry in manifest.candidates {
        let map = Arc::new(renumber.apply(read_map(reader, &entry.map)?, &mut missing));
        document.candidates.push(Candidate {
            seed: entry.seed,
            map,
            shapes: entry.all_shapes,
            compliance: entry.compliance,
        });
    }
    share_candidate_maps(&mut document);
    document.prompt = manifest.prompt;
    document.negative_prompt = manifest.negative_prompt;
    document.sampling = manifest.sampling;
    document.bindings = manifest.bindings;
    document.weights = if manifest.weights.are_usable() { manifest.weights } else { Weights::default() };
    document.chosen = manifest.chosen.filter(|&i| i < document.candidates.len());
    for (name, pixels) in missing {
        warnings.push(format!(
            "this pack has no class \"{name}\"; the nearest background took its place ({pixels} pixels)"
        ));
    }
    Ok(Opened { document, warnings })
}

/// A chosen candidate's map is the segmentation's: one copy in memory, as before saving.
fn share_candidate_maps(document: &mut Document) {
    let Document { nodes, candidates, .. } = document;
    for candidate in candidates {
        let same = nodes.iter().filter_map(|n| n.map.as_ref()).find(|map| ***map == *candidate.map);
        if let Some(map) = same {
            candidate.map = map.clone();
        }
    }
}

/// From the class numbers of the pack that wrote a project to those of the pack that reads it.
struct Renumbering<'a> {
    to: [Option<u8>; 256],
    names: BTreeMap<u8, String>,
    classes: &'a ClassTable,
}

impl<'a> Renumbering<'a> {
    fn new(written: &[ClassEntry], classes: &'a ClassTable) -> Self {
        let mut to = [None; 256];
        let mut names = BTreeMap::new();
        for class in written {
            to[class.index as usize] = classes.by_name(&class.name).map(|c| c.index);
            names.insert(class.index, class.name.clone());
        }
        Self { to, names, classes }
    }

    /// The map in the reader's numbers; what has none is counted by name and covered up.
    fn apply(&self, map: Map, missing: &mut BTreeMap<String, usize>) -> Map {
        let Map::Segmentation(plane) = map else { return map };
        let pixels = plane.to_pixels();
        if pixels.iter().all(|label| self.to[label.class as usize] == Some(label.class)) {
            return Map::Segmentation(plane);
        }
        let known = |label: &Label| self.to[label.class as usize];
        for label in pixels.iter().filter(|label| known(label).is_none()) {
            let name = self.names.get(&label.class).map_or_else(|| label.class.to_string(), Clone::clone);
            *missing.entry(name).or_default() += 1;
        }
        let fallback = self.classes.iter().next().map_or(0, |c| c.index);
        let renumbered = |label: Label| match known(&label) {
            Some(class) if self.classes.is_object(class) => Label { class, ..label },
            Some(class) => Label { class, instance: 0 },
            None => Label { class: fallback, instance: 0 },
        };
        let mut renamed: Plane<Label> = plane.map(renumbered);
        let at = |x: i32, y: i32| pixels[y as usize * plane.width() as usize + x as usize];
        let before = renamed.clone();
        fill_nearest(
            plane.bounds(),
            plane.bounds(),
            1,
            |x, y| known(&at(x, y)).is_none(),
            |x, y| known(&at(x, y)).is_some_and(|class| !self.classes.is_object(class)),
            |x, y, from_x, from_y| renamed.set(x, y, before.get(from_x, from_y).unwrap_or_default()),
        );
        Map::Segmentation(renamed)
    }
}
