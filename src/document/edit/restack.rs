//! Bringing objects in front of what they touch, or behind.
//!
//! A segmentation holds what is visible and nothing else, so what one object hides of another has
//! to be guessed: it is taken to be what is missing from the hidden one's convex hull. To the front,
//! an object takes the pixels of other objects within its own hull (a dog behind a trunk, cut in
//! two, closes over the trunk); to the back, every object that touches it takes its pixels within
//! theirs. Backgrounds never change: an object is always in front of them.

use super::EditError;
use super::mask::{Mask, convex_hull, polygon};
use crate::maps::{ClassTable, Label, Rect, SegmentationMap};

/// Restacks the objects inside `mask`; returns the new map and where those objects are now.
pub(super) fn restack(
    map: &SegmentationMap,
    mask: &Mask,
    front: bool,
    classes: &ClassTable,
) -> Result<(SegmentationMap, Mask), EditError> {
    let is_object = |label: Label| classes.is_object(label.class);
    let mut chosen: Vec<Label> = Vec::new();
    for (x, y) in mask.pixels() {
        if let Some(label) = map.get(x, y).filter(|l| is_object(*l) && !chosen.contains(l)) {
            chosen.push(label);
        }
    }
    if chosen.is_empty() {
        return Err(EditError("only backgrounds are selected; select an object to bring it forward or back".into()));
    }
    let mut restacked = map.clone();
    if front {
        for &label in &chosen {
            let hull = polygon(&convex_hull(&whole(map, label)), map.bounds());
            for (x, y) in hull.pixels() {
                if map.get(x, y).is_some_and(|l| is_object(l) && !chosen.contains(&l)) {
                    restacked.set(x, y, label);
                }
            }
        }
    } else {
        for label in touching(map, &chosen, is_object) {
            let hull = polygon(&convex_hull(&whole(map, label)), map.bounds());
            for (x, y) in hull.pixels() {
                if map.get(x, y).is_some_and(|l| chosen.contains(&l)) {
                    restacked.set(x, y, label);
                }
            }
        }
    }
    let now = Mask::new(map.bounds(), |x, y| restacked.get(x, y).is_some_and(|l| chosen.contains(&l)));
    Ok((restacked, now))
}

/// All pixels of an instance.
fn whole(map: &SegmentationMap, label: Label) -> Mask {
    let mut bounds = Rect::default();
    for index in 0..map.tile_count() {
        let (tile, rect) = map.tile(index);
        if tile.contains(&label) {
            bounds = bounds.union(&rect);
        }
    }
    Mask::new(bounds, |x, y| map.get(x, y) == Some(label))
}

/// Other objects of which a pixel lies beside one of the chosen.
fn touching(map: &SegmentationMap, chosen: &[Label], is_object: impl Fn(Label) -> bool) -> Vec<Label> {
    let mut found = Vec::new();
    for &label in chosen {
        for (x, y) in whole(map, label).pixels() {
            for (u, v) in [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)] {
                if let Some(other) = map.get(u, v)
                    && is_object(other)
                    && !chosen.contains(&other)
                    && !found.contains(&other)
                {
                    found.push(other);
                }
            }
        }
    }
    found
}
