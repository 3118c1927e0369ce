//! Where people of a pose can be taken hold of.

use super::{Joint, Plane, PoseMap, Skeleton};

/// OpenPose's limbs as pairs of joints, in the order of its colours.
pub const LIMBS: [(usize, usize); 17] = [
    (1, 2),
    (1, 5),
    (2, 3),
    (3, 4),
    (5, 6),
    (6, 7),
    (1, 8),
    (8, 9),
    (9, 10),
    (1, 11),
    (11, 12),
    (12, 13),
    (1, 0),
    (0, 14),
    (14, 16),
    (0, 15),
    (15, 17),
];

/// What of a pose lies at a position; people and joints by their index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grip {
    /// A joint of a person.
    Joint(usize, usize),
    /// A limb, which stands for the person.
    Person(usize),
}

impl PoseMap {
    /// How far from a joint one still takes it, in pixels: a little more than the dot that is drawn.
    pub fn reach(&self) -> f32 {
        (self.width.max(self.height) as f32 / 64.0).max(2.0)
    }

    /// The nearest joint that is seen within reach, else the person whose limb is.
    pub fn grip(&self, x: f32, y: f32) -> Option<Grip> {
        let joints = self.skeletons.iter().enumerate().flat_map(|(i, person)| {
            person
                .joints
                .iter()
                .enumerate()
                .filter(|(_, j)| j.visible)
                .map(move |(k, j)| ((i, k), (j.x - x).hypot(j.y - y)))
        });
        let near = |away: f32| away <= self.reach();
        if let Some(((person, joint), _)) = joints.filter(|(_, away)| near(*away)).min_by(|a, b| a.1.total_cmp(&b.1)) {
            return Some(Grip::Joint(person, joint));
        }
        let people = self.skeletons.iter().enumerate().map(|(i, person)| (i, person.distance(x, y)));
        people.filter(|(_, away)| near(*away)).min_by(|a, b| a.1.total_cmp(&b.1)).map(|(i, _)| Grip::Person(i))
    }

    /// The pixels that stand for what is gripped: around a joint few enough to leave its neighbours out.
    pub fn pixels(&self, grip: Grip) -> Plane<bool> {
        let centre = |x: u32, y: u32| (x as f32 + 0.5, y as f32 + 0.5);
        match grip {
            Grip::Joint(person, joint) => {
                let at = self.skeletons[person].joints[joint];
                let others = self.skeletons.iter().flat_map(|s| &s.joints).filter(|j| j.visible);
                let apart = others.map(|j| (j.x - at.x).hypot(j.y - at.y)).filter(|away| *away > 0.0);
                let radius = apart.fold(self.reach(), |least, away| least.min(0.45 * away)).max(0.75);
                Plane::from_fn(self.width, self.height, |x, y| {
                    let (cx, cy) = centre(x, y);
                    (cx - at.x).hypot(cy - at.y) <= radius
                })
            }
            Grip::Person(person) => Plane::from_fn(self.width, self.height, |x, y| {
                let (cx, cy) = centre(x, y);
                self.skeletons[person].distance(cx, cy) <= self.reach() / 2.0
            }),
        }
    }
}

impl Skeleton {
    /// Distance in pixels to the nearest limb or joint that is drawn.
    fn distance(&self, x: f32, y: f32) -> f32 {
        let limbs =
            LIMBS.iter().map(|&(a, b)| (self.joints[a], self.joints[b])).filter(|(a, b)| a.visible && b.visible);
        let dots = self.joints.iter().filter(|j| j.visible).map(|j| (*j, *j));
        limbs.chain(dots).map(|(a, b)| distance_to_segment((x, y), a, b)).fold(f32::INFINITY, f32::min)
    }
}

/// Distance in pixels from a point to the straight line between two joints.
pub(super) fn distance_to_segment((x, y): (f32, f32), a: Joint, b: Joint) -> f32 {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let length = (dx * dx + dy * dy).max(f32::MIN_POSITIVE);
    let (px, py) = (x - a.x, y - a.y);
    let t = ((px * dx + py * dy) / length).clamp(0.0, 1.0);
    (px - t * dx).hypot(py - t * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A person whose neck is at (30, 20), its nose 10 above, its right shoulder 8 to the left; the rest is hidden.
    fn pose() -> PoseMap {
        let hidden = Joint { x: 0.0, y: 0.0, visible: false };
        let mut joints = [hidden; 18];
        for (joint, x, y) in [(1, 30.0, 20.0), (0, 30.0, 10.0), (2, 22.0, 20.0)] {
            joints[joint] = Joint { x, y, visible: true };
        }
        PoseMap { width: 64, height: 64, skeletons: vec![Skeleton { joints }] }
    }

    #[test]
    fn a_joint_is_taken_before_its_limb_and_hidden_ones_not_at_all() {
        assert_eq!(pose().grip(30.5, 11.0), Some(Grip::Joint(0, 0)));
        assert_eq!(pose().grip(31.0, 15.0), Some(Grip::Person(0)));
        assert_eq!(pose().grip(0.0, 0.0), None);
    }

    #[test]
    fn the_pixels_of_a_joint_hold_no_other_and_those_of_a_person_hold_all() {
        let pose = pose();
        let holds = |grip, joint: usize| {
            let at = pose.skeletons[0].joints[joint];
            pose.pixels(grip).at(at.x as u32, at.y as u32)
        };
        assert!(holds(Grip::Joint(0, 1), 1) && !holds(Grip::Joint(0, 1), 0) && !holds(Grip::Joint(0, 1), 2));
        assert!((0..3).all(|joint| holds(Grip::Person(0), joint)));
    }
}
