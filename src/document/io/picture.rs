//! The exported image: a PNG that says how it was made and carries the whole project.
//!
//! `tEXt` (or `iTXt` beyond Latin-1) `parameters`: the prompt and the settings as the A1111 web UI
//! writes them, for other programs. Chunk `upGr` (ancillary, private, safe to copy; PNG
//! specification, section 5.4): the project as a zip, its lossless maps included.

use std::path::Path;

use png::{BitDepth, ColorType};

use super::error::{Fault, IoError};
use super::project::{graph_to_bytes, write_file};
use crate::document::Document;
use crate::graph::{ControlSettings, Sampler, Sampling, Spacing, VariableId, VariableKind};
use crate::maps::codec::{PngExtras, encode_png, map_to_png, segmentation_to_png};
use crate::maps::{Map, PaletteName};
use crate::pack::Pack;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const GRAPH: [u8; 4] = *b"upGr";

/// Exports a variable as a PNG; the image carries its parameters and the whole project. Returns the
/// classes of a segmentation that the palette lacks: their pixels are unlabelled.
///
/// # Errors
/// [`IoError::Empty`] when there is no map yet, [`IoError::Write`] when the file cannot be written.
pub fn export_png(
    path: &Path,
    document: &Document,
    id: VariableId,
    palette: PaletteName,
    pack: &Pack,
) -> Result<Vec<String>, IoError> {
    let node = document.node(id);
    let map = node.map.as_deref().ok_or_else(|| IoError::Empty(node.name.clone()))?;
    let mut unlabelled = Vec::new();
    let bytes = match map {
        Map::Image(plane) => {
            let text = parameters(document, id, pack);
            let graph = graph_to_bytes(document, pack)?;
            let extras = PngExtras { palette: None, text: &[("parameters", &text)], chunks: &[(GRAPH, &graph)] };
            encode_png(map.size(), ColorType::Rgba, BitDepth::Eight, plane.to_pixels().as_flattened(), extras)?
        }
        Map::Segmentation(plane) => {
            let (bytes, lacking) = segmentation_to_png(plane, &pack.manifest.classes, palette)?;
            unlabelled = lacking;
            bytes
        }
        _ => map_to_png(map, &pack.manifest.classes)?,
    };
    write_file(path, &bytes)?;
    Ok(unlabelled)
}

/// Whether the file is a PNG that carries a project. A file that cannot be read carries none.
pub fn carries_project(path: &Path) -> bool {
    std::fs::read(path).is_ok_and(|bytes| is_png(&bytes) && graph_chunk(&bytes).is_ok())
}

/// How a variable was made, in the words of the A1111 web UI: the prompt, the negative prompt if there is
/// one, then a line of settings; those that are as usual are left out.
pub fn parameters(document: &Document, id: VariableId, pack: &Pack) -> String {
    let node = document.node(id);
    let mut text = node.settings.prompt.as_ref().unwrap_or(&document.prompt).clone();
    let negative = node.settings.negative_prompt.as_ref().unwrap_or(&document.negative_prompt);
    let sampling = &node.settings.sampling;
    // A negative prompt needs guidance, which the distilled network has none of.
    let sampling = if negative.is_empty() { sampling.walked(pack.graph.factor(id)) } else { sampling.full() };
    if !negative.is_empty() {
        text += &format!("\nNegative prompt: {negative}");
    }
    let (width, height) = node.map.as_ref().map_or((document.width, document.height), |map| map.size());
    text += &format!("\nSteps: {}, Sampler: {}", sampling.steps, sampling.sampler.label());
    match sampling.spacing {
        Spacing::Trailing => {}
        Spacing::Leading => text += ", Schedule type: Leading",
        Spacing::Karras => text += ", Schedule type: Karras",
    }
    if sampling.sampler == Sampler::Ddim && sampling.eta > 0.0 {
        text += &format!(", Eta: {}", sampling.eta);
    }
    text += &format!(", CFG scale: {}", sampling.guidance);
    if sampling.guidance_rescale > 0.0 {
        text += &format!(", CFG rescale: {}", sampling.guidance_rescale);
    }
    if sampling.guidance_interval != [0.0, 1.0] {
        let [from, to] = sampling.guidance_interval;
        text += &format!(", CFG interval: {from} to {to}");
    }
    for control in &pack.graph.factor(id).controls {
        let now = sampling.control(control);
        if now != ControlSettings::default() {
            let ControlSettings { strength, start, end } = now;
            text += &format!(", Control {}: {strength} from {start} to {end}", control.source);
        }
    }
    text += &format!(
        ", Seed: {}, Size: {width}x{height}, Model hash: {}, Model: {} {}",
        node.settings.seed,
        pack.hash.get(..10).unwrap_or(&pack.hash),
        pack.manifest.name,
        pack.manifest.revision,
    );
    if document.sampling == Sampling::Joint {
        text += ", Sampling: joint";
    }
    if pack.graph.variable(id).kind == VariableKind::Image
        && let Some(segmentation) = pack.graph.of_kind(VariableKind::Classes)
    {
        text += &format!(", Segmentation seed: {}", document.node(segmentation).settings.seed);
    }
    text + &format!(", Version: Underpaint {}", env!("CARGO_PKG_VERSION"))
}

pub(super) fn is_png(bytes: &[u8]) -> bool {
    bytes.starts_with(SIGNATURE)
}

/// The project inside a PNG.
pub(super) fn graph_chunk(bytes: &[u8]) -> Result<&[u8], Fault> {
    let mut rest = &bytes[SIGNATURE.len()..];
    while let Some((length, tail)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        let Some((kind, tail)) = tail.split_first_chunk::<4>() else { break };
        // Four bytes of checksum follow; the archive inside has its own.
        if tail.len() < length.saturating_add(4) {
            return Err(Fault::Damaged("the picture was cut short".into()));
        }
        match kind {
            k if *k == GRAPH => return Ok(&tail[..length]),
            b"IEND" => return Err(Fault::Foreign("the picture carries no graph; load it as a map instead".into())),
            _ => rest = &tail[length + 4..],
        }
    }
    Err(Fault::Damaged("the picture was cut short".into()))
}
