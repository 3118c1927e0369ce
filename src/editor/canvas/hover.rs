//! The region under the pointer.

use std::sync::Arc;

use crate::document::Document;
use crate::graph::VariableKind;
use crate::maps::{Grip, Map, Plane, region_at};
use crate::workbench::Workbench;

/// The document's segmentation, if it has one.
pub fn segmentation<'a>(bench: &Workbench, document: &'a Document) -> Option<&'a Arc<Map>> {
    let id = bench.pack().graph.of_kind(VariableKind::Classes)?;
    document.map(id)
}

/// What of a pose lies at a pixel of the document.
pub fn grip(map: &Map, document: &Document, pixel: (i32, i32)) -> Option<Grip> {
    let Map::Pose(pose) = map else { return None };
    let along = |at: i32, from: u32, to: u32| (at as f32 + 0.5) * to as f32 / from as f32;
    pose.grip(along(pixel.0, document.width, pose.width), along(pixel.1, document.height, pose.height))
}

/// The region or joint that was under the pointer last; found anew only when the pointer leaves it.
#[derive(Debug, Default)]
pub struct Hover {
    found: Option<(Arc<Map>, Option<Grip>, Plane<bool>)>,
}

impl Hover {
    /// The joint or person of the active pose, else the region of the segmentation, at a pixel of the document.
    pub fn at(&mut self, bench: &Workbench, document: &Document, pixel: (i32, i32)) -> Option<&Plane<bool>> {
        let active = document.map(bench.active());
        let gripped = active.and_then(|map| Some((map, grip(map, document, pixel)?)));
        let (map, grip) = match gripped {
            Some((map, grip)) => (map, Some(grip)),
            None => (segmentation(bench, document)?, None),
        };
        let holds = |(of, gripped, mask): &(Arc<Map>, Option<Grip>, Plane<bool>)| {
            let inside = grip.is_some() || mask.get(pixel.0, pixel.1) == Some(true);
            Arc::ptr_eq(of, map) && *gripped == grip && inside
        };
        if !self.found.as_ref().is_some_and(holds) {
            let mask = match (map.as_ref(), grip) {
                (Map::Pose(pose), Some(grip)) => Some(pose.pixels(grip)),
                (Map::Segmentation(labels), _) => region_at(labels, bench.pack().classes(), pixel.0, pixel.1),
                _ => None,
            };
            self.found = mask.map(|mask| (Arc::clone(map), grip, mask));
        }
        self.found.as_ref().map(|(.., mask)| mask)
    }
}
