//! Skeletons out of what the pose decoder answers.

use super::decode::Field;
use crate::maps::{Joint, PoseMap, Skeleton};

/// Joints of OpenPose's body.
pub const JOINTS: usize = 18;

const NECK: usize = 1;
/// A spot below this is no joint.
const LIT: f32 = 0.4;
/// Half the side, in pixels of the decoder, of the square in which one spot is brightest.
const APART: usize = 2;
/// How far from a person's neck a joint may believe it to be, as a share of the picture's longer side.
const REACH: f32 = 0.09;
/// Fewer joints than this are no person.
const LEAST: usize = 3;

/// A spot of light: a joint, and the neck of its person as the joint sees it, in pixels of the decoder.
#[derive(Clone, Copy)]
struct Spot {
    joint: usize,
    light: f32,
    at: (f32, f32),
    neck: (f32, f32),
}

/// A person in the making.
struct Person {
    joints: [Option<(f32, f32)>; JOINTS],
    /// The neck: its own place, or the mean of what its joints believe.
    neck: (f32, f32),
}

/// The skeletons of a picture.
///
/// `joints` holds 18 channels of spots in `[0, 1]`, `necks` the way from each pixel to the neck of the person whose
/// joint is there: pixels right and down, for each joint in turn. Spots are gathered by where they believe the neck to be
/// (as PersonLab does with other votes); of two spots of a kind for one person the brighter
/// wins. People go from left to right.
pub(super) fn read_pose(joints: Field<'_>, necks: Field<'_>, (width, height): (u32, u32)) -> PoseMap {
    let mut spots: Vec<Spot> = (0..JOINTS).flat_map(|joint| spots_of(joint, joints, necks)).collect();
    // Necks first, they know best where they are.
    spots.sort_by(|a, b| (b.joint == NECK).cmp(&(a.joint == NECK)).then(b.light.total_cmp(&a.light)));
    let reach = REACH * joints.extent.0.max(joints.extent.1) as f32;
    let mut people: Vec<Person> = Vec::new();
    for spot in spots {
        let away = |person: &Person| (person.neck.0 - spot.neck.0).hypot(person.neck.1 - spot.neck.1);
        let mut near: Vec<&mut Person> = people.iter_mut().filter(|person| away(person) <= reach).collect();
        near.sort_by(|a, b| away(a).total_cmp(&away(b)));
        if let Some(person) = near.iter_mut().find(|person| person.joints[spot.joint].is_none()) {
            person.take(&spot);
        } else if near.is_empty() {
            let mut person = Person { joints: [None; JOINTS], neck: spot.neck };
            person.take(&spot);
            people.push(person);
        }
    }
    people.retain(|person| person.joints.iter().flatten().count() >= LEAST);
    people.sort_by(|a, b| a.neck.0.total_cmp(&b.neck.0));
    let scale = (width as f32 / joints.extent.1 as f32, height as f32 / joints.extent.0 as f32);
    PoseMap { width, height, skeletons: people.iter().map(|person| person.skeleton(scale)).collect() }
}

impl Person {
    fn take(&mut self, spot: &Spot) {
        let known = self.joints.iter().flatten().count() as f32;
        if spot.joint == NECK {
            self.neck = spot.at;
        } else if self.joints[NECK].is_none() {
            let mean = |old: f32, new: f32| (known * old + new) / (known + 1.0);
            self.neck = (mean(self.neck.0, spot.neck.0), mean(self.neck.1, spot.neck.1));
        }
        self.joints[spot.joint] = Some(spot.at);
    }

    /// Joints that were not found are hidden at the neck.
    fn skeleton(&self, scale: (f32, f32)) -> Skeleton {
        Skeleton {
            joints: self.joints.map(|joint| {
                let (x, y) = joint.unwrap_or(self.neck);
                Joint { x: x * scale.0, y: y * scale.1, visible: joint.is_some() }
            }),
        }
    }
}

/// The pixels of one joint's channel that are brightest around them.
fn spots_of(joint: usize, joints: Field<'_>, necks: Field<'_>) -> Vec<Spot> {
    let (height, width) = joints.extent;
    let (light, right, down) = (joints.channel(joint), necks.channel(2 * joint), necks.channel(2 * joint + 1));
    let around = |x: usize, y: usize| {
        let columns = x.saturating_sub(APART)..(x + APART + 1).min(width);
        (y.saturating_sub(APART)..(y + APART + 1).min(height)).flat_map(move |y| columns.clone().map(move |x| (x, y)))
    };
    let mut spots = Vec::new();
    for (at, &value) in light.iter().enumerate().filter(|(_, value)| **value >= LIT) {
        let (x, y) = (at % width, at / width);
        // Of equal neighbours the first one counts.
        let outshone = around(x, y).any(|(i, j)| {
            let other = j * width + i;
            light[other] > value || (light[other] == value && other < at)
        });
        if outshone {
            continue;
        }
        let before = |step: usize, edge: bool| if edge { value } else { light[at - step] };
        let after = |step: usize, edge: bool| if edge { value } else { light[at + step] };
        let centre = (x as f32 + 0.5, y as f32 + 0.5);
        let fine = (
            centre.0 + summit(before(1, x == 0), value, after(1, x + 1 == width)),
            centre.1 + summit(before(width, y == 0), value, after(width, y + 1 == height)),
        );
        spots.push(Spot { joint, light: value, at: fine, neck: (centre.0 + right[at], centre.1 + down[at]) });
    }
    spots
}

/// Where between -0.5 and 0.5 the summit of a bell lies that passes through three neighbours, the middle one the highest.
fn summit(before: f32, middle: f32, after: f32) -> f32 {
    let [before, middle, after] = [before, middle, after].map(|light| light.max(1e-3).ln());
    let bend = before - 2.0 * middle + after;
    if bend > -1e-6 { 0.0 } else { (0.5 * (before - after) / bend).clamp(-0.5, 0.5) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 64;

    /// What a perfect decoder answers: `people` are joints and where they are; a joint may be missing.
    fn decoded(people: &[Vec<(usize, f32, f32)>]) -> (Vec<f32>, Vec<f32>) {
        let mut joints = vec![0.0; JOINTS * SIDE * SIDE];
        let mut necks = vec![0.0; 2 * JOINTS * SIDE * SIDE];
        for person in people {
            let neck = person.iter().find(|(joint, ..)| *joint == NECK).map_or((0.0, 0.0), |&(_, x, y)| (x, y));
            for &(joint, x, y) in person.iter().filter(|(_, x, _)| *x >= 0.0) {
                for at in 0..SIDE * SIDE {
                    let (px, py) = ((at % SIDE) as f32 + 0.5, (at / SIDE) as f32 + 0.5);
                    let spot = (-((px - x).powi(2) + (py - y).powi(2)) / 4.5).exp();
                    if spot > joints[joint * SIDE * SIDE + at] {
                        joints[joint * SIDE * SIDE + at] = spot;
                        necks[2 * joint * SIDE * SIDE + at] = neck.0 - px;
                        necks[(2 * joint + 1) * SIDE * SIDE + at] = neck.1 - py;
                    }
                }
            }
        }
        (joints, necks)
    }

    fn read(people: &[Vec<(usize, f32, f32)>], canvas: (u32, u32)) -> PoseMap {
        let (joints, necks) = decoded(people);
        read_pose(Field::new(&joints, (SIDE, SIDE)), Field::new(&necks, (SIDE, SIDE)), canvas)
    }

    #[test]
    fn two_people_whose_arms_cross_keep_their_own_joints() {
        let left = vec![(0, 20.0, 8.0), (NECK, 20.0, 14.0), (2, 15.0, 15.0), (5, 25.0, 15.0), (7, 36.5, 30.0)];
        let right = vec![(0, 42.0, 9.0), (NECK, 42.0, 15.0), (2, 37.0, 16.0), (4, 26.5, 31.0), (5, 47.0, 16.0)];
        let pose = read(&[right.clone(), left.clone()], (128, 128));
        assert_eq!(pose.skeletons.len(), 2);
        for (skeleton, person) in pose.skeletons.iter().zip([left, right]) {
            for (joint, found) in skeleton.joints.iter().enumerate() {
                let asked = person.iter().find(|(j, ..)| *j == joint);
                assert_eq!(found.visible, asked.is_some(), "joint {joint}");
                if let Some(&(_, x, y)) = asked {
                    let away = (found.x - 2.0 * x).hypot(found.y - 2.0 * y);
                    assert!(away < 0.7, "joint {joint} is {away} pixels off");
                }
            }
        }
    }

    #[test]
    fn stray_lights_are_no_people_and_darkness_is_nobody() {
        assert!(read(&[], (64, 64)).skeletons.is_empty());
        assert!(read(&[vec![(NECK, 10.0, 10.0), (0, 10.0, 5.0)]], (64, 64)).skeletons.is_empty());
    }

    #[test]
    fn a_person_without_a_neck_is_put_together_from_what_its_joints_believe() {
        // A neck outside the picture lights nothing, but the others point at it.
        let (mut joints, necks) =
            decoded(&[vec![(0, 30.0, 20.0), (NECK, 30.0, 26.0), (2, 25.0, 27.0), (5, 35.0, 27.0)]]);
        joints[NECK * SIDE * SIDE..(NECK + 1) * SIDE * SIDE].fill(0.0);
        let pose = read_pose(Field::new(&joints, (SIDE, SIDE)), Field::new(&necks, (SIDE, SIDE)), (64, 64));
        assert_eq!(pose.skeletons.len(), 1);
        let neck = pose.skeletons[0].joints[NECK];
        assert!(!neck.visible && (neck.x - 30.0).abs() < 0.5 && (neck.y - 26.0).abs() < 0.5, "{neck:?}");
    }

    #[test]
    fn a_joint_takes_one_spot_for_a_person_the_brighter() {
        let (mut joints, mut necks) = decoded(&[vec![(0, 30.0, 20.0), (NECK, 30.0, 26.0), (2, 25.0, 27.0)]]);
        let ghost = 40 * SIDE + 10;
        joints[ghost] = 0.6;
        (necks[ghost], necks[SIDE * SIDE + ghost]) = (30.0 - 10.5, 26.0 - 40.5);
        let pose = read_pose(Field::new(&joints, (SIDE, SIDE)), Field::new(&necks, (SIDE, SIDE)), (64, 64));
        assert_eq!(pose.skeletons.len(), 1);
        assert!((pose.skeletons[0].joints[0].x - 30.0).abs() < 0.5);
    }
}
