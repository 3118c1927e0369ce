//! The region under the pointer.

use std::sync::Arc;

use crate::document::Document;
use crate::graph::VariableKind;
use crate::maps::{Map, Plane, region_at};
use crate::workbench::Workbench;

/// The document's segmentation, if it has one.
pub fn segmentation<'a>(bench: &Workbench, document: &'a Document) -> Option<&'a Arc<Map>> {
    let id = bench.pack().graph.of_kind(VariableKind::Classes)?;
    document.map(id)
}

/// The region that was under the pointer last; found anew only when the pointer leaves it.
#[derive(Debug, Default)]
pub struct Hover {
    found: Option<(Arc<Map>, Plane<bool>)>,
}

impl Hover {
    /// The region at a pixel of the segmentation.
    pub fn at(&mut self, bench: &Workbench, document: &Document, pixel: (i32, i32)) -> Option<&Plane<bool>> {
        let map = segmentation(bench, document)?;
        let holds =
            |(of, mask): &(Arc<Map>, Plane<bool>)| Arc::ptr_eq(of, map) && mask.get(pixel.0, pixel.1) == Some(true);
        if !self.found.as_ref().is_some_and(holds) {
            let labels = map.as_segmentation()?;
            let mask = region_at(labels, bench.pack().classes(), pixel.0, pixel.1);
            self.found = mask.map(|mask| (Arc::clone(map), mask));
        }
        self.found.as_ref().map(|(_, mask)| mask)
    }
}
