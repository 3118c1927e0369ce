//! Lossless maps in an archive.
//!
//! Segmentation: two 8-bit PNGs, classes (indexed with the pack's colours) and instances (grey).
//! Depth: 16-bit grey. Sketch: 8-bit grey. Normals: RGB. Image: RGBA. Pose: JSON.

use std::fmt::Write;

use png::{BitDepth, ColorType};
use sha2::{Digest, Sha256};

use super::archive::{Reader, Writer};
use super::error::Fault;
use super::manifest::MapEntry;
use crate::graph::VariableKind;
use crate::maps::codec::{instances_to_png, map_to_png};
use crate::maps::{ClassTable, Label, Map, MapError, Plane, PoseMap};

/// Longest side of a map in a project, in pixels.
pub(super) const LONGEST_SIDE: u32 = 16384;
/// Most pixels of a map in a project.
pub(super) const MOST_PIXELS: u64 = 1 << 27;

/// SHA-256 of a map's values (row-major, little-endian), lower-case hex.
pub(super) fn map_hash(map: &Map) -> String {
    let mut hash = Sha256::new();
    match map {
        Map::Segmentation(p) => p.to_pixels().iter().for_each(|l| hash.update([l.class, l.instance])),
        Map::Depth(p) => p.to_pixels().iter().for_each(|d| hash.update(d.to_le_bytes())),
        Map::Normal(p) => hash.update(p.to_pixels().as_flattened()),
        Map::Sketch(p) => hash.update(p.to_pixels()),
        Map::Image(p) => hash.update(p.to_pixels().as_flattened()),
        Map::Pose(p) => {
            for joint in p.skeletons.iter().flat_map(|s| &s.joints) {
                hash.update(joint.x.to_le_bytes());
                hash.update(joint.y.to_le_bytes());
                hash.update([u8::from(joint.visible)]);
            }
        }
    }
    hash.finalize().iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Adds a map's files as `maps/STEM…`, or refers to those of an equal map written before.
pub(super) fn write_map(
    writer: &mut Writer,
    written: &mut Vec<MapEntry>,
    stem: &str,
    map: &Map,
    classes: &ClassTable,
) -> Result<MapEntry, MapError> {
    let (kind, (width, height), sha256) = (map.kind(), map.size(), map_hash(map));
    let same = |e: &&MapEntry| e.sha256 == sha256 && e.kind == kind && (e.width, e.height) == (width, height);
    if let Some(entry) = written.iter().find(same) {
        return Ok(entry.clone());
    }
    let mut files = Vec::new();
    let mut add = |name: String, data: &[u8]| {
        let added = writer.store(&name, data).map_err(|e| MapError::Encode(e.to_string()));
        files.push(name);
        added
    };
    match map {
        Map::Segmentation(plane) => {
            add(format!("maps/{stem}.classes.png"), &map_to_png(map, classes)?)?;
            add(format!("maps/{stem}.instances.png"), &instances_to_png(plane)?)?;
        }
        Map::Pose(pose) => {
            let json = serde_json::to_vec(&pose.skeletons).map_err(|e| MapError::Encode(e.to_string()))?;
            add(format!("maps/{stem}.json"), &json)?;
        }
        _ => add(format!("maps/{stem}.png"), &map_to_png(map, classes)?)?,
    }
    let entry = MapEntry { kind, width, height, files, sha256 };
    written.push(entry.clone());
    Ok(entry)
}

/// Reads a map back and checks it against its hash.
pub(super) fn read_map(reader: &mut Reader<'_>, entry: &MapEntry) -> Result<Map, Fault> {
    let (width, height) = (entry.width, entry.height);
    let name = entry.files.first().map_or("a map", String::as_str);
    let pixels = u64::from(width) * u64::from(height);
    if width == 0 || height == 0 || width.max(height) > LONGEST_SIDE || pixels > MOST_PIXELS {
        return Err(Fault::Damaged(format!("{name} is said to have {width}x{height} pixels")));
    }
    let mut file = |index: usize| match entry.files.get(index) {
        Some(name) => reader.read(name),
        None => Err(Fault::Damaged(format!("{name} lacks a part"))),
    };
    let size = (width, height);
    let map = match entry.kind {
        VariableKind::Classes => {
            let classes = raw(&file(0)?, size, ColorType::Indexed, BitDepth::Eight, name)?;
            let instances = raw(&file(1)?, size, ColorType::Grayscale, BitDepth::Eight, name)?;
            let label = |(&class, &instance): (&u8, &u8)| Label { class, instance };
            let labels: Vec<Label> = classes.iter().zip(&instances).map(label).collect();
            Map::Segmentation(Plane::from_pixels(width, height, &labels))
        }
        VariableKind::Depth => {
            let bytes = raw(&file(0)?, size, ColorType::Grayscale, BitDepth::Sixteen, name)?;
            let values: Vec<u16> = bytes.as_chunks().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
            Map::Depth(Plane::from_pixels(width, height, &values))
        }
        VariableKind::Sketch => {
            let values = raw(&file(0)?, size, ColorType::Grayscale, BitDepth::Eight, name)?;
            Map::Sketch(Plane::from_pixels(width, height, &values))
        }
        VariableKind::Normal => {
            let bytes = raw(&file(0)?, size, ColorType::Rgb, BitDepth::Eight, name)?;
            Map::Normal(Plane::from_pixels(width, height, bytes.as_chunks::<3>().0))
        }
        VariableKind::Image => {
            let bytes = raw(&file(0)?, size, ColorType::Rgba, BitDepth::Eight, name)?;
            Map::Image(Plane::from_pixels(width, height, bytes.as_chunks::<4>().0))
        }
        VariableKind::Pose => {
            let skeletons = serde_json::from_slice(&file(0)?).map_err(|e| Fault::Damaged(format!("{name}: {e}")))?;
            Map::Pose(PoseMap { width, height, skeletons })
        }
    };
    if map_hash(&map) != entry.sha256 {
        return Err(Fault::Damaged(format!("{name} does not match its checksum")));
    }
    Ok(map)
}

/// The samples of a PNG as they are stored; it must have this size and form.
fn raw(bytes: &[u8], size: (u32, u32), colour: ColorType, depth: BitDepth, name: &str) -> Result<Vec<u8>, Fault> {
    let damaged = |e: png::DecodingError| Fault::Damaged(format!("{name} is no readable PNG ({e})"));
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::IDENTITY);
    let mut reader = decoder.read_info().map_err(damaged)?;
    let info = reader.info();
    if (info.width, info.height) != size || info.color_type != colour || info.bit_depth != depth || info.interlaced {
        return Err(Fault::Damaged(format!("{name} has another size or form than the manifest says")));
    }
    let length = size.0 as usize * size.1 as usize * colour.samples() * if depth == BitDepth::Sixteen { 2 } else { 1 };
    let mut data = vec![0; length];
    reader.next_frame(&mut data).map_err(damaged)?;
    Ok(data)
}
