//! What a pixel of each kind of map does when it is moved, and what it leaves behind.

use super::mask::Mask;
use crate::maps::{Channels, ClassKind, ClassTable, Label, Plane, fill_nearest};

/// The linear part of a placement: where directions go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Turn {
    /// Rows of the matrix, x right and y down.
    pub rows: [[f32; 2]; 2],
}

impl Turn {
    pub const NONE: Self = Self { rows: [[1.0, 0.0], [0.0, 1.0]] };
}

/// A pixel that can be edited by moving regions.
pub(super) trait Pixel: Copy + Default + PartialEq {
    /// The value between samples whose weights add up to 1.
    fn mix(samples: &[(Self, f32)]) -> Self;

    /// The value after its direction was turned; only normals have one.
    fn turned(self, _turn: &Turn) -> Self {
        self
    }

    /// Fills `hole`, from which the pixels of `lifted` (which contains it) were taken away.
    fn uncover(plane: &mut Plane<Self>, hole: &Mask, lifted: &Mask, classes: &ClassTable);
}

fn mix_channels<T: Channels>(samples: &[(T, f32)]) -> T {
    let mut sum = [0.0; 4];
    for &(value, weight) in samples {
        (0..T::COUNT).for_each(|c| sum[c] += weight * value.channel(c));
    }
    T::from_channels(sum)
}

/// Grounds lie in horizontal bands: what a moved thing uncovers at the horizon belongs to what lies
/// beside it rather than above it, or the horizon would get a notch.
const HORIZONTAL_GROUND: u32 = 4;

/// Gives the pixels of `hole` the value of the nearest pixel that is a source; whether there is one.
pub(super) fn fill_from_nearest<T: Copy + Default + PartialEq>(
    plane: &mut Plane<T>,
    hole: &Mask,
    is_source: impl Fn(&Plane<T>, i32, i32) -> bool,
) -> bool {
    let before = plane.clone();
    fill_nearest(
        plane.bounds(),
        hole.rect(),
        HORIZONTAL_GROUND,
        |x, y| hole.contains(x, y),
        |x, y| is_source(&before, x, y),
        |x, y, from_x, from_y| plane.set(x, y, before.get(from_x, from_y).unwrap_or_default()),
    )
}

impl Pixel for Label {
    fn mix(samples: &[(Self, f32)]) -> Self {
        let heaviest = samples.iter().reduce(|best, sample| if sample.1 > best.1 { sample } else { best });
        heaviest.map_or_else(Self::default, |sample| sample.0)
    }

    /// The nearest background. Backgrounds that were lifted count only where no other is left.
    fn uncover(plane: &mut Plane<Self>, hole: &Mask, lifted: &Mask, classes: &ClassTable) {
        let background: Vec<bool> = (0..=255u8).map(|c| !classes.is_object(c)).collect();
        let is_background =
            |plane: &Plane<Self>, x, y| plane.get(x, y).is_some_and(|label| background[label.class as usize]);
        if fill_from_nearest(plane, hole, |p, x, y| is_background(p, x, y) && !lifted.contains(x, y))
            || fill_from_nearest(plane, hole, is_background)
        {
            return;
        }
        if let Some(class) = classes.iter().find(|c| c.kind == ClassKind::Background) {
            hole.pixels().for_each(|(x, y)| plane.set(x, y, Self { class: class.index, instance: 0 }));
        }
    }
}

/// Sketches: bare paper.
impl Pixel for u8 {
    fn mix(samples: &[(Self, f32)]) -> Self {
        mix_channels(samples)
    }

    fn uncover(plane: &mut Plane<Self>, hole: &Mask, _: &Mask, _: &ClassTable) {
        hole.pixels().for_each(|(x, y)| plane.set(x, y, 0));
    }
}

/// Depth: between what is left, right, above and below of the hole, nearer sides count more.
impl Pixel for u16 {
    fn mix(samples: &[(Self, f32)]) -> Self {
        mix_channels(samples)
    }

    fn uncover(plane: &mut Plane<Self>, hole: &Mask, lifted: &Mask, _: &ClassTable) {
        let before = plane.clone();
        let rect = hole.rect();
        let (width, height) = (rect.width() as usize, rect.height() as usize);
        let mut sums = vec![(0.0f32, 0.0f32); width * height];
        let mut sweep = |start: (i32, i32), step: (i32, i32), length: usize| {
            let (mut x, mut y) = (start.0 - step.0, start.1 - step.1);
            let mut last = None;
            // The pixel before the rectangle may be covered too, or lie outside: then nothing is known yet.
            for _ in 0..=length {
                if lifted.contains(x, y) {
                    if let Some((value, distance)) = &mut last {
                        *distance += 1.0;
                        if hole.contains(x, y) {
                            let sum = &mut sums[(y - rect.y0) as usize * width + (x - rect.x0) as usize];
                            *sum = (sum.0 + *value / *distance, sum.1 + 1.0 / *distance);
                        }
                    }
                } else {
                    last = before.get(x, y).map(|value| (f32::from(value), 0.0f32));
                }
                (x, y) = (x + step.0, y + step.1);
            }
        };
        for y in rect.y0..rect.y1 {
            sweep((rect.x0, y), (1, 0), width);
            sweep((rect.x1 - 1, y), (-1, 0), width);
        }
        for x in rect.x0..rect.x1 {
            sweep((x, rect.y0), (0, 1), height);
            sweep((x, rect.y1 - 1), (0, -1), height);
        }
        for (x, y) in hole.pixels() {
            let (sum, weight) = sums[(y - rect.y0) as usize * width + (x - rect.x0) as usize];
            // Nothing on any side: far away.
            plane.set(x, y, if weight > 0.0 { (sum / weight).round() as Self } else { 0 });
        }
    }
}

/// Normals. Colours are ControlNet's "BAE": red points left, green up, 128 is none.
impl Pixel for [u8; 3] {
    fn mix(samples: &[(Self, f32)]) -> Self {
        mix_channels(samples)
    }

    fn turned(self, turn: &Turn) -> Self {
        if *turn == Turn::NONE {
            return self;
        }
        // Left and up are both opposite to x and y, so the same matrix turns them.
        let [x, y] = [f32::from(self[0]) - 127.5, f32::from(self[1]) - 127.5];
        let component = |row: [f32; 2]| (row[0] * x + row[1] * y + 127.5).round().clamp(0.0, 255.0) as u8;
        [component(turn.rows[0]), component(turn.rows[1]), self[2]]
    }

    fn uncover(plane: &mut Plane<Self>, hole: &Mask, lifted: &Mask, _: &ClassTable) {
        fill_from_nearest(plane, hole, |_, x, y| !lifted.contains(x, y));
    }
}

/// The image: the nearest pixel that stays.
impl Pixel for [u8; 4] {
    fn mix(samples: &[(Self, f32)]) -> Self {
        mix_channels(samples)
    }

    fn uncover(plane: &mut Plane<Self>, hole: &Mask, lifted: &Mask, _: &ClassTable) {
        fill_from_nearest(plane, hole, |_, x, y| !lifted.contains(x, y));
    }
}
