//! Regions: the instance under a point, connected backgrounds, and the instance numbers that are left.

use super::{ClassTable, Plane, SegmentationMap};

/// The up to four pixels that share an edge with `at`.
pub(super) fn neighbours(at: usize, width: usize, height: usize) -> impl Iterator<Item = usize> {
    let (x, y) = (at % width, at / width);
    [
        (x > 0).then(|| at - 1),
        (x + 1 < width).then(|| at + 1),
        (y > 0).then(|| at - width),
        (y + 1 < height).then(|| at + width),
    ]
    .into_iter()
    .flatten()
}

/// Offers each pixel that is 4-connected to `start` to `claim`, and goes on from those it takes.
/// `claim` must take a pixel once only.
fn flood(start: usize, width: usize, height: usize, mut claim: impl FnMut(usize) -> bool) {
    let mut stack = Vec::new();
    if claim(start) {
        stack.push(start);
    }
    while let Some(at) = stack.pop() {
        stack.extend(neighbours(at, width, height).filter(|&next| claim(next)));
    }
}

/// The region under a point: every pixel of the same object instance, connected or not (an object
/// may be cut in two by another), or the connected pixels of the same background. `None` outside.
pub fn region_at(map: &SegmentationMap, classes: &ClassTable, x: i32, y: i32) -> Option<Plane<bool>> {
    let label = map.get(x, y)?;
    if classes.is_object(label.class) && label.instance > 0 {
        return Some(map.map(|other| other == label));
    }
    let (width, height) = (map.width() as usize, map.height() as usize);
    let pixels = map.to_pixels();
    let mut mask = vec![false; pixels.len()];
    flood(y as usize * width + x as usize, width, height, |at| {
        let claimed = pixels[at].class == label.class && !mask[at];
        mask[at] |= claimed;
        claimed
    });
    Some(Plane::from_pixels(map.width(), map.height(), &mask))
}

/// The instance numbers that the map does not use, smallest first: none when all 255 are taken.
pub fn free_instances(map: &SegmentationMap) -> impl Iterator<Item = u8> + use<> {
    let mut used = [false; 256];
    for index in 0..map.tile_count() {
        let (tile, _) = map.tile(index);
        for label in tile {
            used[label.instance as usize] = true;
        }
    }
    (1..=255).filter(move |&i| !used[i as usize])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maps::Label;
    use crate::maps::testing::{DOG, classes, parse};

    #[test]
    fn an_object_is_selected_whole_though_cut_in_two_and_a_background_only_where_connected() {
        let map = parse(&["ssdsdss", "ssdtdss", "mmmtmmm"]);
        let mut map = map;
        for (x, y) in [(2, 0), (2, 1), (4, 0), (4, 1)] {
            map.set(x, y, Label { class: DOG, instance: 1 });
        }
        let dog = region_at(&map, &classes(), 4, 1).unwrap();
        assert_eq!(dog.to_pixels().iter().filter(|p| **p).count(), 4);
        let sky = region_at(&map, &classes(), 0, 0).unwrap();
        assert_eq!(sky.to_pixels().iter().filter(|p| **p).count(), 4, "the sky left of the dog only");
        assert!(region_at(&map, &classes(), 7, 0).is_none());
    }
}
