//! Objects of a plain class map, told apart.

use super::components::{NONE, components};
use super::parts::join_parts;
use super::regions::neighbours;
use super::runs::{Runs, painted};
use super::{ClassTable, Label, SegmentationMap};

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
    assert_eq!(class_of.len(), width as usize * height as usize, "pixels of a map");
    label_runs(&Runs::of(width as usize, class_of), class_of, rims, least_core, classes)
}

/// The same for pixels whose `runs` are known.
pub(crate) fn label_runs(
    runs: &Runs<u8>,
    class_of: &[u8],
    rims: Option<&[bool]>,
    least_core: usize,
    classes: &ClassTable,
) -> SegmentationMap {
    let (w, h) = (runs.width, runs.rows());
    let object: Vec<bool> = (0..=255u8).map(|c| classes.is_object(c)).collect();
    let objects = runs.only(|class| object[class as usize]);
    let mut component = vec![NONE; class_of.len()];
    let mut areas = Vec::new();
    match rims {
        Some(rims) => {
            let cores = objects.cut_by(rims).only(|(_, rim)| !rim);
            add_components(&cores, least_core, &mut component, &mut areas);
            grow_cores(w, h, &objects, class_of, &mut component, &mut areas);
            let coreless = objects.cut_by(&component).only(|(_, component)| component == NONE);
            add_components(&coreless, 1, &mut component, &mut areas);
        }
        None => add_components(&objects, 1, &mut component, &mut areas),
    }
    let parts = objects.cut_by(&component);
    let numbers = join_parts(w * h, &parts, &mut areas);
    let instances = instance_numbers(&areas);
    let backgrounds = runs.all.iter().filter(|run| !object[run.value as usize]);
    let backgrounds = backgrounds.map(|run| run.with(Label { class: run.value, instance: 0 }));
    let instance = |component: u32| instances[numbers[component as usize] as usize];
    let objects = parts.all.iter();
    let objects = objects.map(|run| run.with(Label { class: run.value.0, instance: instance(run.value.1) }));
    painted(w as u32, h as u32, backgrounds.chain(objects))
}

/// Numbers the components of at least so many pixels after those that there are.
fn add_components<V: Copy + PartialEq>(runs: &Runs<V>, least: usize, component: &mut [u32], areas: &mut Vec<usize>) {
    let found = components(runs).of_at_least(least);
    let first = areas.len() as u32;
    for (run, &number) in runs.all.iter().zip(&found.of).filter(|(_, number)| **number != NONE) {
        component[run.start..run.end].fill(first + number);
    }
    areas.extend(found.areas);
}

/// Breadth first, all cores at once, through unmarked pixels of the core's class.
fn grow_cores(w: usize, h: usize, objects: &Runs<u8>, class_of: &[u8], component: &mut [u32], areas: &mut [usize]) {
    let mut beside = vec![false; component.len()];
    for to in objects.cut_by(component).only(|(_, component)| component == NONE).places() {
        for at in neighbours(to, w, h).filter(|&at| component[at] != NONE && class_of[at] == class_of[to]) {
            beside[at] = true;
        }
    }
    let mut front: Vec<usize> = objects.cut_by(&beside).only(|(_, beside)| beside).places().collect();
    while !front.is_empty() {
        let mut next = Vec::new();
        for &at in &front {
            // Where an object is, all unmarked pixels of its class are of objects.
            for to in neighbours(at, w, h) {
                if component[to] == NONE && class_of[to] == class_of[at] {
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
    use crate::maps::testing::{DOG, MEADOW, SKY, classes};

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
