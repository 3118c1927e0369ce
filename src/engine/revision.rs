//! Sampling anew within a selection: which latents are free, and how the result joins the map.

use std::sync::Arc;

use super::EngineError;
use crate::maps::{
    Channels, Joint, Label, Map, Plane, PoseMap, SegmentationMap, Skeleton, depth_inside, free_instances, resize_map,
    resize_nearest, resize_smooth,
};

/// Width, in pixels of the document, of the seam along the edge of a mask over which the map that was there
/// fades into the new one.
pub const SEAM: u8 = 8;

/// What is to be sampled anew of a map that is there.
#[derive(Clone, Debug)]
pub struct Revision {
    /// The map as it is.
    pub base: Arc<Map>,
    /// The pixels to sample anew, of the request's canvas; `None` means all.
    pub mask: Option<Plane<bool>>,
    /// How much of the way from noise is gone again, above 0, up to 1: little keeps what is there in
    /// outline (harmonising), 1 keeps nothing of it.
    pub strength: f32,
    /// Another seed, and how far (0 to 1) the noise lies towards its: a variation.
    pub variation: Option<Variation>,
}

/// Noise between that of two seeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Variation {
    /// The other seed.
    pub seed: u64,
    /// 0 is the request's seed, 1 the other one.
    pub amount: f32,
}

impl Revision {
    /// Whether it can be carried out on a canvas; the reason says what to change.
    pub(super) fn check(&self, name: &str, canvas: (u32, u32)) -> Result<(), EngineError> {
        let refuse = |reason: String| Err(EngineError::Request(reason));
        if !(self.strength > 0.0 && self.strength <= 1.0) {
            return refuse(format!("a strength of {} is not possible; choose one above 0, up to 1", self.strength));
        }
        if let Some(Variation { amount, .. }) = self.variation
            && !(0.0..=1.0).contains(&amount)
        {
            return refuse(format!("a variation of {amount} is not possible; choose 0 to 1"));
        }
        let Some(mask) = &self.mask else { return Ok(()) };
        if (mask.width(), mask.height()) != canvas {
            let (width, height) = (mask.width(), mask.height());
            return refuse(format!("the selection has {width}×{height} pixels, \"{name}\" {}×{}", canvas.0, canvas.1));
        }
        if !mask.to_pixels().contains(&true) {
            return refuse(format!("nothing of \"{name}\" is selected; select what to sample anew"));
        }
        Ok(())
    }

    /// Whether each cell of a latent of `cells` (height, width) is held: none of the canvas' selected
    /// pixels lies in it.
    pub(super) fn held(&self, (height, width): (usize, usize)) -> Vec<bool> {
        let Some(mask) = &self.mask else { return vec![false; height * width] };
        let mut held = vec![true; height * width];
        let cell = |at: usize, cells: usize, pixels: u32| at * cells / pixels as usize;
        for (at, _) in mask.to_pixels().into_iter().enumerate().filter(|(_, selected)| *selected) {
            let (x, y) = (at % mask.width() as usize, at / mask.width() as usize);
            held[cell(y, height, mask.height()) * width + cell(x, width, mask.width())] = false;
        }
        held
    }

    /// The base with what was sampled in place of the selected pixels; all others are as they were.
    pub(super) fn join(&self, sampled: Map) -> Map {
        let Some(mask) = &self.mask else { return sampled };
        match (&*self.base, sampled) {
            (Map::Segmentation(base), Map::Segmentation(new)) => Map::Segmentation(join_labels(base, &new, mask)),
            (Map::Depth(base), Map::Depth(new)) => Map::Depth(join_values(base, &new, mask)),
            (Map::Sketch(base), Map::Sketch(new)) => Map::Sketch(join_values(base, &new, mask)),
            (Map::Normal(base), Map::Normal(new)) => Map::Normal(join_values(base, &new, mask)),
            (Map::Image(base), Map::Image(new)) => Map::Image(join_values(base, &new, mask)),
            (Map::Pose(base), Map::Pose(new)) => Map::Pose(join_people(base, new, mask)),
            (_, sampled) => sampled,
        }
    }
}

/// Values fade over [`SEAM`] from the edge of the mask inwards.
fn join_values<T: Channels>(base: &Plane<T>, new: &Plane<T>, mask: &Plane<bool>) -> Plane<T> {
    let (width, height) = (base.width(), base.height());
    let new = resize_smooth(new, width, height);
    let seam = (f32::from(SEAM) * width as f32 / mask.width() as f32).max(1.0);
    let depths = depth_inside(&resize_nearest(mask, width, height));
    let mut joined = base.clone();
    for (at, depth) in depths.into_iter().enumerate().filter(|(_, depth)| *depth > 0) {
        let (x, y) = (at as u32 % width, at as u32 / width);
        let share = (f32::from(depth) / seam).min(1.0);
        let (old, new) = (base.at(x, y), new.at(x, y));
        let mut channels = [0.0; 4];
        for (i, channel) in channels.iter_mut().enumerate().take(T::COUNT) {
            *channel = old.channel(i) + share * (new.channel(i) - old.channel(i));
        }
        joined.set(x as i32, y as i32, T::from_channels(channels));
    }
    joined
}

/// A person belongs to the selection whose middle lies in it.
fn join_people(base: &PoseMap, new: PoseMap, mask: &Plane<bool>) -> PoseMap {
    let scale = (mask.width() as f32 / base.width as f32, mask.height() as f32 / base.height as f32);
    let selected = |person: &Skeleton| {
        let seen: Vec<_> = person.joints.iter().filter(|joint| joint.visible).collect();
        let mean = |of: fn(&Joint) -> f32| seen.iter().map(|joint| of(joint)).sum::<f32>() / seen.len().max(1) as f32;
        let (x, y) = (mean(|j| j.x) * scale.0, mean(|j| j.y) * scale.1);
        mask.get(x.floor() as i32, y.floor() as i32) == Some(true)
    };
    let Map::Pose(new) = resize_map(&Map::Pose(new), base.width, base.height) else { return base.clone() };
    let kept = base.skeletons.iter().filter(|person| !selected(person));
    let skeletons = kept.chain(new.skeletons.iter().filter(|person| selected(person))).cloned().collect();
    PoseMap { width: base.width, height: base.height, skeletons }
}

/// A sampled instance that reaches out of the selection onto one of the base with its class *is* that
/// one; any other gets a number of its own.
fn join_labels(base: &SegmentationMap, new: &SegmentationMap, mask: &Plane<bool>) -> SegmentationMap {
    let (olds, news, inside) = (base.to_pixels(), new.to_pixels(), mask.to_pixels());
    let mut shared = vec![[0_u32; 256]; 256];
    for ((old, new), _) in olds.iter().zip(&news).zip(&inside).filter(|(_, inside)| !**inside) {
        if old.class == new.class && old.instance > 0 && new.instance > 0 {
            shared[new.instance as usize][old.instance as usize] += 1;
        }
    }
    let mut outside = base.clone();
    for (at, _) in inside.iter().enumerate().filter(|(_, inside)| **inside) {
        outside.set((at as u32 % base.width()) as i32, (at as u32 / base.width()) as i32, Label::default());
    }
    let mut free = free_instances(&outside);
    let mut numbers = [None; 256];
    let mut joined = outside;
    for (at, label) in news.into_iter().enumerate().filter(|(at, _)| inside[*at]) {
        let number = match label.instance {
            0 => 0,
            sampled => *numbers[sampled as usize].get_or_insert_with(|| {
                let overlaps = &shared[sampled as usize];
                let most = (1..256).max_by_key(|&old| (overlaps[old], 256 - old)).filter(|&old| overlaps[old] > 0);
                // With all 255 numbers in use the object counts with the last one.
                most.map_or_else(|| free.next().unwrap_or(u8::MAX), |old| old as u8)
            }),
        };
        let (x, y) = (at as u32 % base.width(), at as u32 / base.width());
        joined.set(x as i32, y as i32, Label { class: label.class, instance: number });
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_half(width: u32, height: u32) -> Plane<bool> {
        Plane::from_fn(width, height, |x, _| x < width / 2)
    }

    fn revision(base: Map, mask: Option<Plane<bool>>) -> Revision {
        Revision { base: Arc::new(base), mask, strength: 1.0, variation: None }
    }

    #[test]
    fn pixels_outside_the_selection_stay_as_they_are_and_the_seam_fades() {
        let base = Plane::from_fn(64, 16, |x, y| (x * 700 + y) as u16);
        let sampled = Map::Depth(Plane::filled(64, 16, 60_000));
        let Map::Depth(joined) = revision(Map::Depth(base.clone()), Some(left_half(64, 16))).join(sampled) else {
            panic!("a depth map")
        };
        for y in 0..16 {
            assert!((32..64).all(|x| joined.at(x, y) == base.at(x, y)));
            assert!((0..24).all(|x| joined.at(x, y) == 60_000), "beyond the seam all is new");
            assert!(joined.at(31, y) > base.at(31, y) && joined.at(31, y) < joined.at(28, y));
        }
    }

    #[test]
    fn people_outside_the_selection_stay_and_those_inside_are_the_new_ones() {
        let person = |x: f32, seen: bool| {
            let joint = |i: usize| Joint { x, y: 20.0 + i as f32, visible: seen || i == 3 };
            Skeleton { joints: std::array::from_fn(joint) }
        };
        let pose = |skeletons| PoseMap { width: 64, height: 64, skeletons };
        let base = pose(vec![person(10.0, true), person(50.0, true)]);
        let sampled = Map::Pose(pose(vec![person(20.0, false), person(40.0, true)]));
        let Map::Pose(joined) = revision(Map::Pose(base), Some(left_half(64, 64))).join(sampled) else {
            panic!("a pose")
        };
        assert_eq!(joined.skeletons, [person(50.0, true), person(20.0, false)]);
    }

    #[test]
    fn an_image_of_another_size_is_brought_to_the_base() {
        let base = Map::Image(Plane::filled(32, 32, [10, 20, 30, 255]));
        let mask = Plane::from_fn(64, 64, |x, _| x < 32);
        let joined = revision(base, Some(mask)).join(Map::Image(Plane::filled(16, 16, [200, 100, 0, 255])));
        let Map::Image(joined) = joined else { panic!("an image") };
        assert_eq!((joined.width(), joined.at(2, 5), joined.at(20, 5)), (32, [200, 100, 0, 255], [10, 20, 30, 255]));
    }

    #[test]
    fn a_sampled_object_that_continues_one_outside_keeps_its_number() {
        let label = |class, instance| Label { class, instance };
        // A dog (9, number 4) crosses the middle; a car (13, number 1) stands on the right.
        let base = Plane::from_fn(8, 2, |x, y| match (x, y) {
            (3..6, 0) => label(9, 4),
            (6.., 1) => label(13, 1),
            _ => label(0, 0),
        });
        let sampled = Plane::from_fn(8, 2, |x, y| match (x, y) {
            (2..6, 0) => label(9, 1),
            (0..2, 1) => label(9, 2),
            _ => label(5, 0),
        });
        let revision = revision(Map::Segmentation(base.clone()), Some(left_half(8, 2)));
        let Map::Segmentation(joined) = revision.join(Map::Segmentation(sampled)) else { panic!("labels") };
        assert_eq!(joined.at(2, 0), label(9, 4), "the dog has grown");
        assert_eq!(joined.at(0, 1), label(9, 2), "another dog takes a number that is free");
        assert_eq!(joined.at(0, 0), label(5, 0));
        assert!((4..8).all(|x| (0..2).all(|y| joined.at(x, y) == base.at(x, y))));
    }

    #[test]
    fn a_cell_with_a_selected_pixel_is_free() {
        let base = Map::Sketch(Plane::filled(32, 32, 0));
        let mask = Plane::from_fn(32, 32, |x, y| (7..9).contains(&x) && y == 31);
        let held = revision(base.clone(), Some(mask)).held((4, 4));
        let free: Vec<_> = held.iter().enumerate().filter(|(_, held)| !**held).map(|(i, _)| i).collect();
        assert_eq!(free, [12, 13]);
        assert!(revision(base, None).held((4, 4)).iter().all(|held| !held));
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        let base = Map::Sketch(Plane::filled(8, 8, 0));
        let check = |change: fn(&mut Revision)| {
            let mut revision = revision(base.clone(), Some(left_half(8, 8)));
            change(&mut revision);
            revision.check("sketch", (8, 8)).map_err(|e| e.to_string())
        };
        assert_eq!(check(|_| ()), Ok(()));
        assert!(check(|r| r.strength = 0.0).unwrap_err().contains("strength of 0"));
        assert!(check(|r| r.strength = f32::NAN).unwrap_err().contains("strength"));
        assert!(check(|r| r.mask = Some(Plane::filled(8, 8, false))).unwrap_err().contains("nothing of \"sketch\""));
        assert!(check(|r| r.mask = Some(Plane::filled(4, 8, true))).unwrap_err().contains("4×8"));
        assert!(
            check(|r| r.variation = Some(Variation { seed: 1, amount: 2.0 })).unwrap_err().contains("variation of 2")
        );
    }
}
