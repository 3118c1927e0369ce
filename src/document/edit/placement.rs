//! Where lifted pixels go: shifted, mirrored, or scaled and rotated.

use super::EditError;
use super::mask::Mask;
use super::pixel::{Pixel, Turn};
use crate::command::FlipAxis;
use crate::maps::{Plane, Rect};

/// A change of place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Placement {
    /// By whole pixels.
    Shift { dx: i32, dy: i32 },
    /// Within the bounds of what is placed.
    Flip(FlipAxis),
    /// Scaled and rotated about the centre of the bounds, then moved.
    Affine(Affine),
}

/// A linear map and its inverse, about a centre, and a translation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Affine {
    forward: [[f32; 2]; 2],
    inverse: [[f32; 2]; 2],
    dx: f32,
    dy: f32,
    turn: Turn,
}

impl Affine {
    /// Scales by `scale`, then rotates clockwise by `degrees`, then moves by `(dx, dy)`.
    pub fn new(scale: [f32; 2], degrees: f32, [dx, dy]: [f32; 2]) -> Result<Self, EditError> {
        let finite = scale.iter().chain(&[degrees, dx, dy]).all(|v| v.is_finite());
        if !finite || scale.iter().any(|s| s.abs() < 1e-3 || s.abs() > 1e3) {
            return Err(EditError("a region can be scaled by 0.001 to 1000 times only".into()));
        }
        // Right angles must not leave a residue, or pixels on the edge come and go.
        let (sin, cos) = match degrees.rem_euclid(360.0) {
            0.0 => (0.0, 1.0),
            90.0 => (1.0, 0.0),
            180.0 => (0.0, -1.0),
            270.0 => (-1.0, 0.0),
            other => other.to_radians().sin_cos(),
        };
        let [sx, sy] = scale;
        let forward = [[cos * sx, -sin * sy], [sin * sx, cos * sy]];
        let inverse = [[cos / sx, sin / sx], [-sin / sy, cos / sy]];
        let turn = Turn { rows: [[cos * sx.signum(), -sin * sy.signum()], [sin * sx.signum(), cos * sy.signum()]] };
        Ok(Self { forward, inverse, dx, dy, turn })
    }
}

fn times(rows: [[f32; 2]; 2], x: f32, y: f32) -> (f32, f32) {
    (rows[0][0] * x + rows[0][1] * y, rows[1][0] * x + rows[1][1] * y)
}

fn centre(rect: Rect) -> (f32, f32) {
    ((rect.x0 + rect.x1) as f32 / 2.0, (rect.y0 + rect.y1) as f32 / 2.0)
}

impl Placement {
    /// How directions turn.
    pub fn turn(&self) -> Turn {
        match self {
            Self::Shift { .. } => Turn::NONE,
            Self::Flip(FlipAxis::Horizontal) => Turn { rows: [[-1.0, 0.0], [0.0, 1.0]] },
            Self::Flip(FlipAxis::Vertical) => Turn { rows: [[1.0, 0.0], [0.0, -1.0]] },
            Self::Affine(affine) => affine.turn,
        }
    }

    /// Where a point goes, when `rect` bounds what is placed.
    pub fn forward(&self, rect: Rect, x: f32, y: f32) -> (f32, f32) {
        match self {
            Self::Shift { dx, dy } => (x + *dx as f32, y + *dy as f32),
            Self::Flip(FlipAxis::Horizontal) => ((rect.x0 + rect.x1) as f32 - x, y),
            Self::Flip(FlipAxis::Vertical) => (x, (rect.y0 + rect.y1) as f32 - y),
            Self::Affine(affine) => {
                let (cx, cy) = centre(rect);
                let (x, y) = times(affine.forward, x - cx, y - cy);
                (x + cx + affine.dx, y + cy + affine.dy)
            }
        }
    }

    /// The point that goes to the centre of pixel `(x, y)`.
    fn source(&self, rect: Rect, x: i32, y: i32) -> (f32, f32) {
        let (px, py) = (x as f32 + 0.5, y as f32 + 0.5);
        match self {
            Self::Shift { dx, dy } => (px - *dx as f32, py - *dy as f32),
            // Its own inverse.
            Self::Flip(_) => self.forward(rect, px, py),
            Self::Affine(affine) => {
                let (cx, cy) = centre(rect);
                let (x, y) = times(affine.inverse, px - affine.dx - cx, py - affine.dy - cy);
                (x + cx, y + cy)
            }
        }
    }

    /// The pixels of `bounds` that `mask` comes to cover: those whose centre comes from inside it.
    pub fn place(&self, mask: &Mask, bounds: Rect) -> Mask {
        let rect = mask.rect();
        let (mut low, mut high) = ((f32::MAX, f32::MAX), (f32::MIN, f32::MIN));
        for (x, y) in [(rect.x0, rect.y0), (rect.x1, rect.y0), (rect.x0, rect.y1), (rect.x1, rect.y1)] {
            let (x, y) = self.forward(rect, x as f32, y as f32);
            low = (low.0.min(x), low.1.min(y));
            high = (high.0.max(x), high.1.max(y));
        }
        let outer = Rect::new(low.0.floor() as i32, low.1.floor() as i32, high.0.ceil() as i32, high.1.ceil() as i32);
        Mask::new(outer.intersect(&bounds), |x, y| {
            let (sx, sy) = self.source(rect, x, y);
            mask.contains(sx.floor() as i32, sy.floor() as i32)
        })
    }

    /// The value that comes to pixel `(x, y)`, which [`Self::place`] said is covered, out of `plane`.
    fn sample<T: Pixel>(&self, plane: &Plane<T>, mask: &Mask, x: i32, y: i32) -> T {
        let (sx, sy) = self.source(mask.rect(), x, y);
        if !matches!(self, Self::Affine(_)) {
            return plane.get(sx.floor() as i32, sy.floor() as i32).unwrap_or_default();
        }
        // Between the four nearest centres, of those that belong to the region.
        let (left, top) = ((sx - 0.5).floor(), (sy - 0.5).floor());
        let (fx, fy) = (sx - 0.5 - left, sy - 0.5 - top);
        let mut samples = [(T::default(), 0.0); 4];
        let mut total = 0.0;
        for (i, sample) in samples.iter_mut().enumerate() {
            let (right, below) = ((i % 2) as i32, (i / 2) as i32);
            let (px, py) = (left as i32 + right, top as i32 + below);
            if mask.contains(px, py)
                && let Some(value) = plane.get(px, py)
            {
                let share = |far: i32, fraction: f32| if far == 1 { fraction } else { 1.0 - fraction };
                let weight = share(right, fx) * share(below, fy);
                *sample = (value, weight);
                total += weight;
            }
        }
        if total <= 0.0 {
            return plane.get(sx.floor() as i32, sy.floor() as i32).unwrap_or_default();
        }
        samples.iter_mut().for_each(|sample| sample.1 /= total);
        T::mix(&samples)
    }

    /// Writes what `mask` covers in `from` to its new place in `to`; `destination` is where that is.
    pub fn stamp<T: Pixel>(&self, from: &Plane<T>, mask: &Mask, to: &mut Plane<T>, destination: &Mask) {
        let turn = self.turn();
        for (x, y) in destination.pixels() {
            to.set(x, y, self.sample(from, mask, x, y).turned(&turn));
        }
    }
}
