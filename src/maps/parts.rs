//! Thin parts that a rim cuts off an object: which object they belong to.

use std::collections::BTreeMap;

use super::components::NONE;
use super::runs::Runs;

/// An object of its own covers at least one pixel of this many of the picture, or
const OWN_OF_PICTURE: usize = 64;
/// one for this many of the neighbour that it touches. (On maps of the bundled pack what a rim cuts
/// off has up to 0.9% of the picture and a ninth of its neighbour; true neighbours have 9% and two thirds.)
const OWN_OF_NEIGHBOUR: usize = 6;

/// Gives each component that is a part of an object rather than one of its own to the neighbour of its
/// class that it shares the longest border with; the smallest first, and again until none is left, so
/// that a hoof follows its leg. A part is both small in the picture and small beside that neighbour.
///
/// `runs` are those of objects, with class and component, of a picture of so many pixels. Returns the number that each component has then: numbers close up, as `areas` do.
pub(super) fn join_parts(picture: usize, runs: &Runs<(u8, u32)>, areas: &mut Vec<usize>) -> Vec<u32> {
    let mut borders = borders(runs);
    let mut order: Vec<u32> = (0..areas.len() as u32).collect();
    let mut whole_of = order.clone();
    let touched = |borders: &BTreeMap<(u32, u32), usize>, part: u32| -> Vec<(u32, usize)> {
        borders.range((part, 0)..=(part, NONE)).map(|(&(_, other), &length)| (other, length)).collect()
    };
    loop {
        order.sort_by_key(|&c| areas[c as usize]);
        let found = order.iter().find_map(|&part| {
            let area = areas[part as usize];
            let mut near = touched(&borders, part);
            near.retain(|&(other, _)| {
                area * OWN_OF_NEIGHBOUR <= areas[other as usize] && area * OWN_OF_PICTURE <= picture
            });
            near.into_iter().max_by_key(|&(other, length)| (length, NONE - other)).map(|(whole, _)| (part, whole))
        });
        let Some((part, whole)) = found else { break };
        whole_of[part as usize] = whole;
        areas[whole as usize] += std::mem::take(&mut areas[part as usize]);
        for (other, length) in touched(&borders, part) {
            borders.remove(&(part, other));
            borders.remove(&(other, part));
            if other != whole {
                *borders.entry((whole, other)).or_default() += length;
                *borders.entry((other, whole)).or_default() += length;
            }
        }
    }
    let wholes: Vec<u32> = (0..areas.len() as u32).filter(|&c| whole_of[c as usize] == c).collect();
    *areas = wholes.iter().map(|&whole| areas[whole as usize]).collect();
    let number = |mut component: u32| {
        // A whole may have become part of another one later.
        while whole_of[component as usize] != component {
            component = whole_of[component as usize];
        }
        wholes.partition_point(|&whole| whole < component) as u32
    };
    (0..whole_of.len() as u32).map(number).collect()
}

/// How many pairs of neighbouring pixels components of the same class have in common, both ways.
fn borders(runs: &Runs<(u8, u32)>) -> BTreeMap<(u32, u32), usize> {
    let mut borders = BTreeMap::new();
    let mut meet = |a: (u8, u32), b: (u8, u32), length: usize| {
        if a.0 == b.0 && a.1 != b.1 {
            *borders.entry((a.1, b.1)).or_default() += length;
            *borders.entry((b.1, a.1)).or_default() += length;
        }
    };
    for y in 0..runs.rows() {
        for pair in runs.all[runs.row(y)].windows(2).filter(|pair| pair[0].end == pair[1].start) {
            meet(pair[0].value, pair[1].value, 1);
        }
        if y + 1 < runs.rows() {
            runs.each_contact(y, |above, below, length| meet(runs.all[above].value, runs.all[below].value, length));
        }
    }
    borders
}

#[cfg(test)]
mod tests {
    use crate::maps::testing::{DOG, SKY, classes};
    use crate::maps::{SegmentationMap, label_instances};

    /// A map of 60 × 40 pixels drawn as rectangles `(x0, y0, x1, y1)` of dog and of rim.
    fn drawn(dogs: &[[usize; 4]], rims: &[[usize; 4]]) -> SegmentationMap {
        let inside = |of: &[[usize; 4]], at: usize| {
            let (x, y) = (at % 60, at / 60);
            of.iter().any(|&[x0, y0, x1, y1]| (x0..x1).contains(&x) && (y0..y1).contains(&y))
        };
        let class_of: Vec<u8> = (0..2400).map(|at| if inside(dogs, at) { DOG } else { SKY }).collect();
        let rims: Vec<bool> = (0..2400).map(|at| inside(rims, at)).collect();
        label_instances(60, 40, &class_of, Some(&rims), 3, &classes())
    }

    fn instances(map: &SegmentationMap) -> usize {
        let mut all: Vec<u8> = map.to_pixels().iter().map(|l| l.instance).filter(|i| *i > 0).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all, (1..=all.len() as u8).collect::<Vec<_>>(), "numbers close up");
        all.len()
    }

    #[test]
    fn a_leg_that_the_rim_cuts_off_stays_with_its_body() {
        let (body, legs) = ([10, 5, 40, 20], [[12, 20, 14, 34], [34, 20, 36, 34]]);
        let (hips, knee) = ([0, 20, 60, 22], [12, 28, 14, 29]);
        let map = drawn(&[body, legs[0], legs[1]], &[hips, knee]);
        assert_eq!(instances(&map), 1, "hoof, leg and body");
        assert_eq!(map.at(12, 33), map.at(20, 10));
    }

    #[test]
    fn two_dogs_that_touch_stay_two_though_one_is_small_or_both_are() {
        assert_eq!(instances(&drawn(&[[5, 5, 25, 30], [25, 18, 35, 30]], &[[24, 5, 26, 30]])), 2, "a puppy");
        assert_eq!(instances(&drawn(&[[5, 5, 9, 10], [9, 5, 13, 10]], &[[8, 5, 10, 10]])), 2, "far away");
    }

    #[test]
    fn a_part_goes_to_the_neighbour_it_has_most_in_common_with() {
        let (left, right, tail) = ([5, 5, 25, 25], [25, 5, 45, 25], [21, 25, 26, 29]);
        let map = drawn(&[left, right, tail], &[[24, 5, 26, 25], [20, 25, 30, 26]]);
        assert_eq!(instances(&map), 2);
        assert_eq!(map.at(22, 27), map.at(10, 10));
    }
}
