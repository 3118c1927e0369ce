//! Moving, transforming, mirroring and deleting what is selected.

use super::mask::Mask;
use super::pixel::Pixel;
use super::placement::Placement;
use super::{on_planes, pose};
use crate::maps::{ClassTable, Map, Plane, Rect};

/// Lifts the pixels of `mask`, fills what they leave, and puts them where `placement` says.
/// Returns the new map and the mask in its new place.
pub(super) fn place(map: &Map, mask: &Mask, placement: Placement, classes: &ClassTable) -> (Map, Mask) {
    let (width, height) = map.size();
    let destination = placement.place(mask, Rect::new(0, 0, width as i32, height as i32));
    let map =
        on_planes!(map, |plane| place_plane(plane, mask, placement, &destination, classes), |skeletons| pose::place(
            skeletons, mask, placement
        ));
    (map, destination)
}

fn place_plane<T: Pixel>(
    plane: &Plane<T>,
    mask: &Mask,
    placement: Placement,
    destination: &Mask,
    classes: &ClassTable,
) -> Plane<T> {
    let mut placed = plane.clone();
    // What the region covers again needs no filling.
    let hole = Mask::new(mask.rect(), |x, y| mask.contains(x, y) && !destination.contains(x, y));
    if !hole.is_empty() {
        T::uncover(&mut placed, &hole, mask, classes);
    }
    placement.stamp(plane, mask, &mut placed, destination);
    placed
}

/// Takes the pixels of `mask` away.
pub(super) fn delete(map: &Map, mask: &Mask, classes: &ClassTable) -> Map {
    on_planes!(
        map,
        |plane| {
            let mut left = plane.clone();
            Pixel::uncover(&mut left, mask, mask, classes);
            left
        },
        |skeletons| pose::delete(skeletons, mask)
    )
}
