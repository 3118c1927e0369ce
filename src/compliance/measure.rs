//! How well a map obeys a prompt, and which of several does best.

use std::cmp::Ordering;

use super::{AREA_THRESHOLD, Compliance, Reading};
use crate::maps::{ClassTable, SegmentationMap};

/// Measures a map against a reading: a class is there when it covers [`AREA_THRESHOLD`] of the picture.
pub fn measure(map: &SegmentationMap, reading: &Reading, classes: &ClassTable) -> Compliance {
    let areas = class_areas(map);
    let total = map.width() as f32 * map.height() as f32;
    let is_there = |class: u8| total > 0.0 && areas[class as usize] as f32 >= AREA_THRESHOLD * total;
    let (found, missing): (Vec<_>, Vec<_>) = reading.asked.iter().partition(|asked| is_there(asked.class));
    let is_asked = |class: u8| reading.asked.iter().any(|a| a.class == class);
    let unasked = classes.iter().filter(|c| classes.is_object(c.index) && is_there(c.index) && !is_asked(c.index));
    Compliance {
        recall: if reading.asked.is_empty() { 1.0 } else { found.len() as f32 / reading.asked.len() as f32 },
        found: found.into_iter().map(|a| a.name.clone()).collect(),
        missing: missing.into_iter().map(|a| a.name.clone()).collect(),
        unasked: unasked.map(|c| c.name.clone()).collect(),
    }
}

/// Indices of the measured maps, best first: by recall, then by the fewest classes nobody asked
/// for; equal ones keep their order, which is that of the seeds.
pub fn ranking(measured: &[Compliance]) -> Vec<usize> {
    let mut order: Vec<_> = (0..measured.len()).collect();
    order.sort_by(|&a, &b| compare(&measured[a], &measured[b]));
    order
}

/// `Less` when `a` obeys better than `b`.
pub fn compare(a: &Compliance, b: &Compliance) -> Ordering {
    b.recall.total_cmp(&a.recall).then(a.unasked.len().cmp(&b.unasked.len()))
}

/// Number of pixels of each class.
fn class_areas(map: &SegmentationMap) -> [u32; 256] {
    let mut areas = [0; 256];
    for label in map.to_pixels() {
        areas[label.class as usize] += 1;
    }
    areas
}
