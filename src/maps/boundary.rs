//! Where instances end: the channel that tells touching neighbours of one class apart.

use super::SegmentationMap;

/// For each pixel, row-major, whether it belongs to an object and one of its four neighbours
/// belongs to another instance or to the background.
///
/// The networks were trained on the same definition: rims are one pixel wide at the map's own
/// size, on both sides of a border between objects, and the edge of the picture is no rim. Resize a
/// map to the size a network reads before asking for its boundary.
pub fn boundary(map: &SegmentationMap) -> Vec<bool> {
    let width = map.width().max(1) as usize;
    let instances: Vec<u8> = map.to_pixels().into_iter().map(|label| label.instance).collect();
    let mut rim = vec![false; instances.len()];
    let below = width.min(instances.len());
    let above = instances.len() - below;
    for (own, rim) in instances.chunks_exact(width).zip(rim.chunks_exact_mut(width)) {
        mark(&own[..width - 1], &own[1..], &mut rim[..width - 1]);
        mark(&own[1..], &own[..width - 1], &mut rim[1..]);
    }
    mark(&instances[..above], &instances[below..], &mut rim[..above]);
    mark(&instances[below..], &instances[..above], &mut rim[below..]);
    rim
}

/// Marks where an object has a neighbour that is not of it.
fn mark(own: &[u8], neighbours: &[u8], rim: &mut [bool]) {
    for ((rim, &own), &neighbour) in rim.iter_mut().zip(own).zip(neighbours) {
        *rim |= (own > 0) & (own != neighbour);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maps::{Label, Plane};

    #[test]
    fn rims_stand_on_both_sides_between_objects_and_never_on_the_background() {
        let row = [0, 1, 1, 1, 2, 2, 0u8];
        let map = Plane::from_fn(7, 1, |x, _| Label { class: 9, instance: row[x as usize] });
        assert_eq!(boundary(&map), [false, true, false, true, true, true, false]);
    }

    #[test]
    fn the_edge_of_the_picture_is_no_rim() {
        let map = Plane::filled(4, 4, Label { class: 3, instance: 1 });
        assert!(boundary(&map).iter().all(|rim| !rim));
    }
}
