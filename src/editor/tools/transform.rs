//! Transforming a selection by its handles. All positions are document pixels.

use egui::{Vec2, vec2};

use crate::command::Command;
use crate::maps::Rect;

/// Rotation snaps to this many degrees while constrained.
const SNAP_DEGREES: f32 = 15.0;

/// A part of the transform box that can be dragged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Handle {
    /// A corner or the middle of a side: each component is -1, 0 or 1.
    Side(Vec2),
    /// Turns about the centre.
    Rotate,
    /// Moves the whole.
    Inside,
}

/// The eight handles that resize.
pub const SIDES: [Vec2; 8] = [
    vec2(-1.0, -1.0),
    vec2(0.0, -1.0),
    vec2(1.0, -1.0),
    vec2(1.0, 0.0),
    vec2(1.0, 1.0),
    vec2(0.0, 1.0),
    vec2(-1.0, 1.0),
    vec2(-1.0, 0.0),
];

/// Modifiers of a drag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Constraint {
    /// Shift: keeps proportions, an axis, or steps of 15°.
    pub constrained: bool,
    /// Alt: the centre stays where it is.
    pub centred: bool,
}

/// Scale about the box's centre, then rotation, then a shift: what
/// [`Command::TransformSelection`] carries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transform {
    /// Factors along the box's own axes.
    pub scale: Vec2,
    /// Degrees clockwise.
    pub degrees: f32,
    /// Shift of the centre.
    pub offset: Vec2,
}

impl Default for Transform {
    fn default() -> Self {
        Self { scale: Vec2::splat(1.0), degrees: 0.0, offset: Vec2::ZERO }
    }
}

/// The bounding box of a selection with a transform in progress.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TransformBox {
    centre: Vec2,
    half: Vec2,
    /// What has been done to it so far.
    pub transform: Transform,
}

impl TransformBox {
    /// A box around a selection, not yet transformed.
    pub fn around(bounds: Rect) -> Self {
        let from = vec2(bounds.x0 as f32, bounds.y0 as f32);
        let to = vec2(bounds.x1 as f32, bounds.y1 as f32);
        Self { centre: (from + to) / 2.0, half: (to - from) / 2.0, transform: Transform::default() }
    }

    /// The same box under another transform.
    pub fn with(self, transform: Transform) -> Self {
        Self { transform, ..self }
    }

    /// Where a point of the box lies: `(-1, -1)` is its top left corner, `(0, 0)` its centre.
    pub fn place(&self, of: Vec2) -> Vec2 {
        self.middle() + turned(self.half * self.transform.scale * of, self.transform.degrees)
    }

    /// Its four corners, clockwise from the top left.
    pub fn corners(&self) -> [Vec2; 4] {
        [SIDES[0], SIDES[2], SIDES[4], SIDES[6]].map(|corner| self.place(corner))
    }

    /// Where the knob that turns the box sits, `distance` above its top side; a negative one is below
    /// the bottom.
    pub fn knob(&self, distance: f32) -> Vec2 {
        self.knob_side(distance) + turned(vec2(0.0, -distance), self.transform.degrees)
    }

    /// The middle of the side that the knob hangs on.
    pub fn knob_side(&self, distance: f32) -> Vec2 {
        self.place(vec2(0.0, -distance.signum()))
    }

    /// Whether a point lies in the box.
    pub fn contains(&self, point: Vec2) -> bool {
        let local = turned(point - self.middle(), -self.transform.degrees).abs();
        let half = self.half * self.transform.scale;
        local.x <= half.x && local.y <= half.y
    }

    /// What a press at `point` takes hold of: handles within `reach`, the knob `knob` above the
    /// top (see [`Self::knob`]), or the inside.
    pub fn hit(&self, point: Vec2, reach: f32, knob: f32) -> Option<Handle> {
        if (self.knob(knob) - point).length() <= reach {
            return Some(Handle::Rotate);
        }
        // Handles of a small box leave room within it to take hold of the thing itself.
        let inside = self.contains(point);
        let reach = if inside { reach.min((self.half * self.transform.scale).min_elem() / 2.0) } else { reach };
        // Corners come first: on a small box the handles of its sides lie on top of them.
        let corners_first = SIDES.iter().filter(|s| s.x * s.y != 0.0).chain(SIDES.iter().filter(|s| s.x * s.y == 0.0));
        for &side in corners_first {
            if (self.place(side) - point).length() <= reach {
                return Some(Handle::Side(side));
            }
        }
        inside.then_some(Handle::Inside)
    }

    /// The transform after dragging `handle` from `from` to `to`, `self` being as it was at the
    /// start of the drag.
    pub fn dragged(&self, handle: Handle, from: Vec2, to: Vec2, constraint: Constraint) -> Transform {
        match handle {
            Handle::Inside => {
                let offset = self.transform.offset + along_axis(to - from, constraint.constrained);
                Transform { offset, ..self.transform }
            }
            Handle::Rotate => self.rotated(from, to, constraint.constrained),
            Handle::Side(side) => self.resized(side, to - from, constraint),
        }
    }

    /// The command that does it, or `None` when nothing has changed.
    pub fn command(&self) -> Option<Command> {
        let Transform { scale, degrees, offset } = self.transform;
        if scale == Vec2::splat(1.0) && degrees == 0.0 {
            return move_command(offset);
        }
        Some(Command::TransformSelection {
            scale_x: scale.x,
            scale_y: scale.y,
            rotate: degrees,
            dx: offset.x,
            dy: offset.y,
        })
    }

    fn middle(&self) -> Vec2 {
        self.centre + self.transform.offset
    }

    fn rotated(&self, from: Vec2, to: Vec2, snap: bool) -> Transform {
        let (a, b) = (from - self.middle(), to - self.middle());
        if a == Vec2::ZERO || b == Vec2::ZERO {
            return self.transform;
        }
        let mut degrees = self.transform.degrees + (b.angle() - a.angle()).to_degrees();
        if snap {
            degrees = (degrees / SNAP_DEGREES).round() * SNAP_DEGREES;
        }
        // Half a turn either way reads better than 350°.
        let degrees = (degrees + 180.0).rem_euclid(360.0) - 180.0;
        Transform { degrees, ..self.transform }
    }

    fn resized(&self, side: Vec2, delta: Vec2, constraint: Constraint) -> Transform {
        let before = self.transform;
        let delta = turned(delta, -before.degrees);
        // Half extents grow by the whole distance when the centre stays, by half of it when the
        // opposite side does.
        let share = if constraint.centred { 1.0 } else { 0.5 };
        let extent = self.half * before.scale;
        let mut grown = extent + side * delta * share;
        if constraint.constrained {
            let ratio = if side.x == 0.0 {
                grown.y / extent.y
            } else if side.y == 0.0 {
                grown.x / extent.x
            } else {
                // The projection onto the diagonal, so that the corner stays near the pointer.
                grown.dot(extent) / extent.length_sq()
            };
            grown = extent * ratio;
        }
        // A selection never becomes thinner than a pixel, nor turns inside out: flips have a command.
        let grown = grown.max(Vec2::splat(0.5));
        let scale = grown / self.half;
        let shift = if constraint.centred { Vec2::ZERO } else { turned(side * (grown - extent), before.degrees) };
        Transform { scale, offset: before.offset + shift, ..before }
    }
}

/// A move by whole pixels, `None` when it stays where it is.
pub fn move_command(offset: Vec2) -> Option<Command> {
    let (dx, dy) = (offset.x.round() as i32, offset.y.round() as i32);
    (dx != 0 || dy != 0).then_some(Command::MoveSelection { dx, dy })
}

/// Keeps the larger component of a distance when `constrained`.
pub fn along_axis(delta: Vec2, constrained: bool) -> Vec2 {
    match constrained {
        false => delta,
        true if delta.x.abs() >= delta.y.abs() => vec2(delta.x, 0.0),
        true => vec2(0.0, delta.y),
    }
}

/// Turned clockwise as seen on a screen, where y points down.
fn turned(v: Vec2, degrees: f32) -> Vec2 {
    let (sin, cos) = degrees.to_radians().sin_cos();
    vec2(v.x * cos - v.y * sin, v.x * sin + v.y * cos)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: Constraint = Constraint { constrained: false, centred: false };
    const SHIFT: Constraint = Constraint { constrained: true, centred: false };
    const ALT: Constraint = Constraint { constrained: false, centred: true };
    const BOTTOM_RIGHT: Handle = Handle::Side(vec2(1.0, 1.0));

    fn bounds() -> TransformBox {
        TransformBox::around(Rect::new(100, 100, 200, 150))
    }

    fn after(handle: Handle, from: Vec2, to: Vec2, constraint: Constraint) -> TransformBox {
        bounds().with(bounds().dragged(handle, from, to, constraint))
    }

    fn near(a: Vec2, b: Vec2) -> bool {
        (a - b).length() < 1e-3
    }

    #[test]
    fn dragging_a_corner_leaves_the_opposite_one() {
        let done = after(BOTTOM_RIGHT, vec2(200.0, 150.0), vec2(300.0, 200.0), FREE);
        assert_eq!(done.transform.scale, vec2(2.0, 2.0));
        assert!(near(done.place(vec2(-1.0, -1.0)), vec2(100.0, 100.0)));
        assert!(near(done.place(vec2(1.0, 1.0)), vec2(300.0, 200.0)));
    }

    #[test]
    fn grabbing_a_handle_off_its_middle_does_not_jump() {
        let done = after(BOTTOM_RIGHT, vec2(203.0, 148.0), vec2(203.0, 148.0), FREE);
        assert_eq!(done.transform, Transform::default());
        assert_eq!(done.command(), None);
    }

    #[test]
    fn a_side_changes_one_direction_alone() {
        let done = after(Handle::Side(vec2(-1.0, 0.0)), vec2(100.0, 125.0), vec2(50.0, 500.0), FREE);
        assert_eq!(done.transform.scale, vec2(1.5, 1.0));
        assert!(near(done.place(vec2(1.0, 0.0)), vec2(200.0, 125.0)));
    }

    #[test]
    fn alt_keeps_the_centre_and_shift_the_proportions() {
        let done = after(BOTTOM_RIGHT, vec2(200.0, 150.0), vec2(250.0, 175.0), ALT);
        assert_eq!(done.transform, Transform { scale: vec2(2.0, 2.0), ..Transform::default() });
        let done = after(BOTTOM_RIGHT, vec2(200.0, 150.0), vec2(290.0, 151.0), SHIFT);
        assert!((done.transform.scale.x - done.transform.scale.y).abs() < 1e-6);
        let side = after(Handle::Side(vec2(0.0, 1.0)), vec2(150.0, 150.0), vec2(150.0, 200.0), SHIFT);
        assert!(near(side.transform.scale, vec2(2.0, 2.0)));
    }

    #[test]
    fn a_turned_box_resizes_along_its_own_axes() {
        let mut turned = bounds();
        turned.transform.degrees = 90.0;
        let right = turned.place(vec2(1.0, 0.0));
        assert!(near(right, vec2(150.0, 175.0)), "clockwise: what was right is now below");
        let done = turned.dragged(Handle::Side(vec2(1.0, 0.0)), right, right + vec2(0.0, 50.0), FREE);
        assert!(near(done.scale, vec2(1.5, 1.0)), "{done:?}");
        assert!(near(done.offset, vec2(0.0, 25.0)), "{done:?}");
    }

    #[test]
    fn it_never_collapses_or_turns_inside_out() {
        let done = after(BOTTOM_RIGHT, vec2(200.0, 150.0), vec2(-500.0, -500.0), FREE);
        assert!(near(done.transform.scale, vec2(0.01, 0.02)), "{:?}", done.transform);
        assert!(near(done.place(vec2(-1.0, -1.0)), vec2(100.0, 100.0)));
    }

    #[test]
    fn rotation_is_clockwise_and_snaps() {
        let (right, down) = (vec2(250.0, 125.0), vec2(150.0, 225.0));
        let done = after(Handle::Rotate, right, down, FREE);
        assert!((done.transform.degrees - 90.0).abs() < 1e-3);
        let done = after(Handle::Rotate, right, vec2(250.0, 125.0 + 40.0), SHIFT);
        assert_eq!(done.transform.degrees, 15.0);
        let done = after(Handle::Rotate, down, right, FREE);
        assert!((done.transform.degrees + 90.0).abs() < 1e-3, "the short way round");
    }

    #[test]
    fn hits_prefer_handles_to_the_inside() {
        let hit = |x, y| bounds().hit(vec2(x, y), 6.0, 24.0);
        assert_eq!(hit(198.0, 152.0), Some(BOTTOM_RIGHT));
        assert_eq!(hit(150.0, 98.0), Some(Handle::Side(vec2(0.0, -1.0))));
        assert_eq!(hit(150.0, 125.0), Some(Handle::Inside));
        assert_eq!(hit(150.0, 76.0), Some(Handle::Rotate));
        assert_eq!(bounds().hit(vec2(150.0, 174.0), 6.0, -24.0), Some(Handle::Rotate), "the knob hangs below");
        assert_eq!(hit(300.0, 125.0), None);
    }

    #[test]
    fn a_small_box_can_still_be_taken_by_its_inside() {
        let small = TransformBox::around(Rect::new(0, 0, 12, 10));
        assert_eq!(small.hit(vec2(6.0, 5.0), 8.0, 26.0), Some(Handle::Inside));
        assert_eq!(small.hit(vec2(16.0, 14.0), 8.0, 26.0), Some(BOTTOM_RIGHT));
    }

    #[test]
    fn a_mere_shift_is_a_move_by_whole_pixels() {
        let done = after(Handle::Inside, vec2(150.0, 125.0), vec2(160.4, 90.0), FREE);
        assert_eq!(done.command(), Some(Command::MoveSelection { dx: 10, dy: -35 }));
        let done = after(Handle::Inside, vec2(150.0, 125.0), vec2(160.0, 90.0), SHIFT);
        assert_eq!(done.command(), Some(Command::MoveSelection { dx: 0, dy: -35 }));
    }
}
