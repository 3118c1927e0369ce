//! Regions: the instance under a point, connected backgrounds, and instances of a plain class map.

use super::components::{NONE, components};
use super::parts::join_parts;
use super::{ClassTable, Label, Plane, SegmentationMap};

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

/// Tells the objects of a plain class map apart: connected pixels of one object class are one
/// instance; backgrounds get instance 0.
///
/// `rims`, where given, are the pixels at which a network saw one instance end: objects are then
/// told apart by their cores, what the rims leave of them, of at least `least_core` pixels; the
/// remaining pixels go to the nearest core of their class that they are connected to. Rims cut thin
/// parts off as well (a horse's leg): see [`join_parts`]. When there are more than 255 objects, the
/// smallest share the last number.
pub fn label_instances(
    width: u32,
    height: u32,
    class_of: &[u8],
    rims: Option<&[bool]>,
    least_core: usize,
    classes: &ClassTable,
) -> SegmentationMap {
    let (w, h) = (width as usize, height as usize);
    let object: Vec<bool> = (0..=255u8).map(|c| classes.is_object(c)).collect();
    let object_class = |at: usize| Some(class_of[at]).filter(|&class| object[class as usize]);
    let mut found = match rims {
        Some(rims) => {
            let core = |at: usize| object_class(at).filter(|_| !rims[at]);
            let mut cores = components(w, h, core).of_at_least(least_core);
            grow_cores(w, h, object_class, &mut cores.of, &mut cores.areas);
            let is_coreless = |at: usize| object_class(at).filter(|_| cores.of[at] == NONE);
            if (0..class_of.len()).any(|at| is_coreless(at).is_some()) {
                let coreless = components(w, h, is_coreless);
                cores.append(&coreless);
            }
            cores
        }
        None => components(w, h, object_class),
    };
    join_parts(w, h, class_of, &mut found.of, &mut found.areas);
    let numbers = instance_numbers(&found.areas);
    let labels: Vec<Label> = class_of
        .iter()
        .zip(&found.of)
        .map(|(&class, &c)| Label { class, instance: if c == NONE { 0 } else { numbers[c as usize] } })
        .collect();
    Plane::from_pixels(width, height, &labels)
}

/// Breadth first, all cores at once, through unmarked pixels of the core's class.
fn grow_cores(
    w: usize,
    h: usize,
    object_class: impl Fn(usize) -> Option<u8>,
    component: &mut [u32],
    areas: &mut [usize],
) {
    let free = |component: &[u32], at: usize, to: usize| component[to] == NONE && object_class(to) == object_class(at);
    let free = &free;
    let marked: &[u32] = component;
    let unmarked = (0..marked.len()).filter(|&to| marked[to] == NONE && object_class(to).is_some());
    let beside = |to: usize| neighbours(to, w, h).filter(move |&at| marked[at] != NONE && free(marked, at, to));
    let mut front: Vec<usize> = unmarked.flat_map(beside).collect();
    front.sort_unstable();
    front.dedup();
    while !front.is_empty() {
        let mut next = Vec::new();
        for &at in &front {
            for to in neighbours(at, w, h) {
                if free(component, at, to) {
                    component[to] = component[at];
                    areas[component[at] as usize] += 1;
                    next.push(to);
                }
            }
        }
        front = next;
    }
}

/// Numbers from 1 in the order of the components; when they do not fit, the largest keep one each.
fn instance_numbers(areas: &[usize]) -> Vec<u8> {
    if areas.len() <= 255 {
        return (1..=areas.len()).map(|n| n as u8).collect();
    }
    let mut order: Vec<usize> = (0..areas.len()).collect();
    order.sort_by_key(|&c| std::cmp::Reverse(areas[c]));
    let mut numbers = vec![255; areas.len()];
    for (rank, &c) in order.iter().take(254).enumerate() {
        numbers[c] = rank as u8 + 1;
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maps::testing::{DOG, MEADOW, SKY, classes, parse};

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

    #[test]
    fn connected_objects_are_instances_and_backgrounds_are_zero() {
        let class_of = [SKY, DOG, SKY, DOG, DOG, MEADOW];
        let map = label_instances(6, 1, &class_of, None, 1, &classes());
        let instances: Vec<u8> = map.to_pixels().iter().map(|l| l.instance).collect();
        assert_eq!(instances, [0, 1, 0, 2, 2, 0]);
    }

    #[test]
    fn rims_tell_touching_neighbours_apart_and_belong_to_the_nearer() {
        let class_of = [DOG; 9];
        let rims = [true, false, false, false, true, true, false, false, true];
        let map = label_instances(9, 1, &class_of, Some(&rims), 2, &classes());
        let instances: Vec<u8> = map.to_pixels().iter().map(|l| l.instance).collect();
        assert_eq!(instances, [1, 1, 1, 1, 1, 2, 2, 2, 2]);
    }

    #[test]
    fn a_core_too_small_joins_its_neighbour_and_an_object_all_rim_is_still_one() {
        let class_of = [DOG, DOG, DOG, DOG, DOG, SKY, DOG];
        let rims = [false, false, false, true, false, false, true];
        let map = label_instances(7, 1, &class_of, Some(&rims), 2, &classes());
        let instances: Vec<u8> = map.to_pixels().iter().map(|l| l.instance).collect();
        assert_eq!(instances, [1, 1, 1, 1, 1, 0, 2]);
    }

    #[test]
    fn three_hundred_objects_share_the_last_number() {
        let class_of: Vec<u8> = (0..600).map(|x| if x % 2 == 0 { DOG } else { SKY }).collect();
        let map = label_instances(600, 1, &class_of, None, 1, &classes());
        assert!(map.to_pixels().iter().all(|l| (l.class == DOG) == (l.instance > 0)));
        assert_eq!(map.to_pixels().iter().filter(|l| l.instance == 7).count(), 1);
    }
}
