//! Strokes: discs joined along a path.
//!
//! Points are in continuous coordinates: the centre of pixel `(0, 0)` is `(0.5, 0.5)`. A pixel is
//! inside when its centre is at most half the brush's size from the path; labels, depth and masks
//! have hard edges, lines and colours are smoothed over the last pixel.

use super::mask::Mask;
use super::pixel::{Pixel, fill_from_nearest};
use super::{EditError, class_index, new_label, pose};
use crate::command::Ink;
use crate::maps::{ClassTable, Label, Map, Plane, Rect};

/// Largest brush in pixels.
const LARGEST: f32 = 4096.0;

/// Distances from a path.
struct Path {
    rect: Rect,
    radius: f32,
    distance: Vec<f32>,
}

impl Path {
    fn new(points: &[[f32; 2]], size: f32, bounds: Rect) -> Result<Self, EditError> {
        if points.is_empty() || points.iter().flatten().any(|v| !v.is_finite()) {
            return Err(EditError("a stroke needs at least one point, and all of them numbers".into()));
        }
        if !(size > 0.0 && size <= LARGEST) {
            return Err(EditError(format!("a brush is between 0 and {LARGEST} pixels wide, not {size}")));
        }
        let radius = size / 2.0;
        // Far outside, a path leaves no trace; near infinity it would only cost precision.
        let limit = 4.0 * (bounds.width().max(bounds.height()) as f32 + size);
        let points: Vec<[f32; 2]> = points.iter().map(|p| p.map(|v| v.clamp(-limit, limit))).collect();
        let around = |a: [f32; 2], b: [f32; 2]| {
            let reach = radius + 1.0;
            Rect::new(
                (a[0].min(b[0]) - reach).floor() as i32,
                (a[1].min(b[1]) - reach).floor() as i32,
                (a[0].max(b[0]) + reach).ceil() as i32,
                (a[1].max(b[1]) + reach).ceil() as i32,
            )
            .intersect(&bounds)
        };
        let segments = || points.iter().zip(points.iter().skip(1).chain(points.last())).take(points.len().max(2) - 1);
        let rect = segments().fold(Rect::default(), |rect, (a, b)| rect.union(&around(*a, *b)));
        let width = rect.width() as usize;
        let mut distance = vec![f32::MAX; width * rect.height() as usize];
        for (a, b) in segments() {
            let near = around(*a, *b);
            let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
            let length = (dx * dx + dy * dy).max(f32::MIN_POSITIVE);
            for y in near.y0..near.y1 {
                for x in near.x0..near.x1 {
                    let (px, py) = (x as f32 + 0.5 - a[0], y as f32 + 0.5 - a[1]);
                    let t = ((px * dx + py * dy) / length).clamp(0.0, 1.0);
                    let (qx, qy) = (px - t * dx, py - t * dy);
                    let at = (y - rect.y0) as usize * width + (x - rect.x0) as usize;
                    distance[at] = distance[at].min(qx * qx + qy * qy);
                }
            }
            if size < 2.0 {
                // A thin brush may pass between centres; the pixels it runs through are painted all the same.
                let steps = dx.abs().max(dy.abs()).ceil().max(1.0) as i32;
                for step in 0..=steps {
                    let t = step as f32 / steps as f32;
                    let (x, y) = ((a[0] + t * dx).floor() as i32, (a[1] + t * dy).floor() as i32);
                    if rect.contains(x, y) {
                        distance[(y - rect.y0) as usize * width + (x - rect.x0) as usize] = 0.0;
                    }
                }
            }
        }
        distance.iter_mut().for_each(|d| *d = d.sqrt());
        Ok(Self { rect, radius, distance })
    }

    fn distance(&self, x: i32, y: i32) -> f32 {
        let width = self.rect.width() as usize;
        self.distance[(y - self.rect.y0) as usize * width + (x - self.rect.x0) as usize]
    }

    /// The pixels inside, with a hard edge.
    fn mask(&self) -> Mask {
        Mask::new(self.rect, |x, y| self.distance(x, y) <= self.radius)
    }

    /// Changes each pixel by how much of it the stroke covers, 0 to 1.
    fn paint<T: Copy + Default + PartialEq>(&self, plane: &Plane<T>, change: impl Fn(T, f32) -> T) -> Plane<T> {
        let mut painted = plane.clone();
        for y in self.rect.y0..self.rect.y1 {
            for x in self.rect.x0..self.rect.x1 {
                let cover = (self.radius + 0.5 - self.distance(x, y)).clamp(0.0, 1.0);
                if let Some(value) = plane.get(x, y).filter(|_| cover > 0.0) {
                    painted.set(x, y, change(value, cover));
                }
            }
        }
        painted
    }
}

/// The map with one stroke on it.
pub(super) fn stroke(
    map: &Map,
    ink: &Ink,
    size: f32,
    points: &[[f32; 2]],
    classes: &ClassTable,
) -> Result<Map, EditError> {
    let (width, height) = map.size();
    let path = Path::new(points, size, Rect::new(0, 0, width as i32, height as i32))?;
    Ok(match (ink, map) {
        (Ink::Class { class }, Map::Segmentation(plane)) => {
            let class = class_index(classes, class)?;
            let under = plane.get(points[0][0].floor() as i32, points[0][1].floor() as i32);
            let label = match under.filter(|label| label.class == class) {
                Some(label) => label,
                None => new_label(plane, classes, class)?,
            };
            let mut painted = plane.clone();
            path.mask().pixels().for_each(|(x, y)| painted.set(x, y, label));
            Map::Segmentation(painted)
        }
        (Ink::Line, Map::Sketch(plane)) => {
            Map::Sketch(path.paint(plane, |old, cover| old.max((cover * 255.0).round() as u8)))
        }
        (Ink::Depth { amount }, Map::Depth(plane)) => {
            if !amount.is_finite() {
                return Err(EditError("the amount of a depth stroke is a number from -1 to 1".into()));
            }
            let amount = amount.clamp(-1.0, 1.0) * 65535.0;
            let mut raised = plane.clone();
            for (x, y) in path.mask().pixels() {
                let away = path.distance(x, y) / path.radius;
                let share = (1.0 - away * away).max(0.0).powi(2);
                let old = f32::from(plane.get(x, y).unwrap_or_default());
                raised.set(x, y, (old + amount * share).round().clamp(0.0, 65535.0) as u16);
            }
            Map::Depth(raised)
        }
        (Ink::Colour { rgb }, Map::Image(plane)) => Map::Image(path.paint(plane, |old, cover| over(*rgb, cover, old))),
        (Ink::Erase, map) => erase(map, &path, classes),
        _ => return Err(EditError("this brush does not draw on the active map; choose another".into())),
    })
}

/// A colour laid over a pixel with straight alpha.
fn over(rgb: [u8; 3], cover: f32, old: [u8; 4]) -> [u8; 4] {
    let below = f32::from(old[3]) / 255.0 * (1.0 - cover);
    let alpha = cover + below;
    let mixed = |c: usize| ((f32::from(rgb[c]) * cover + f32::from(old[c]) * below) / alpha).round() as u8;
    [mixed(0), mixed(1), mixed(2), (alpha * 255.0).round() as u8]
}

fn erase(map: &Map, path: &Path, classes: &ClassTable) -> Map {
    let mask = path.mask();
    match map {
        Map::Segmentation(plane) => {
            let is_object = |label: Label| classes.is_object(label.class);
            let objects = Mask::new(path.rect, |x, y| mask.contains(x, y) && plane.get(x, y).is_some_and(is_object));
            let mut erased = plane.clone();
            if !objects.is_empty() {
                Label::uncover(&mut erased, &objects, &objects, classes);
            }
            Map::Segmentation(erased)
        }
        Map::Sketch(plane) => {
            Map::Sketch(path.paint(plane, |old, cover| old.min(((1.0 - cover) * 255.0).round() as u8)))
        }
        Map::Depth(plane) => {
            let mut far = plane.clone();
            mask.pixels().for_each(|(x, y)| far.set(x, y, 0));
            Map::Depth(far)
        }
        Map::Normal(plane) => Map::Normal(heal(plane, &mask)),
        Map::Image(plane) => Map::Image(heal(plane, &mask)),
        Map::Pose(skeletons) => Map::Pose(pose::delete(skeletons, &mask)),
    }
}

/// What lies around takes the place of what is erased.
fn heal<T: Pixel>(plane: &Plane<T>, mask: &Mask) -> Plane<T> {
    let mut healed = plane.clone();
    fill_from_nearest(&mut healed, mask, |_, x, y| !mask.contains(x, y));
    healed
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Rect = Rect { x0: 0, y0: 0, x1: 20, y1: 20 };

    fn painted(points: &[[f32; 2]], size: f32) -> Vec<(i32, i32)> {
        Path::new(points, size, ALL).unwrap().mask().pixels().collect()
    }

    #[test]
    fn a_brush_of_one_pixel_paints_the_pixels_it_runs_through() {
        assert_eq!(painted(&[[3.5, 3.5]], 1.0), [(3, 3)]);
        assert_eq!(painted(&[[3.0, 3.0]], 1.0), [(3, 3)]);
        assert_eq!(painted(&[[2.5, 4.5], [5.5, 4.5]], 1.0), [(2, 4), (3, 4), (4, 4), (5, 4)]);
        assert_eq!(painted(&[[1.5, 1.5], [3.5, 3.5]], 1.0), [(1, 1), (2, 2), (3, 3)]);
    }

    #[test]
    fn discs_are_symmetric_about_centres_and_corners() {
        for (centre, size) in [([8.5, 8.5], 5.0), ([8.0, 8.0], 6.0), ([8.5, 8.5], 2.0)] {
            let disc = painted(&[centre], size);
            let mirror = |v: i32, c: f32| (2.0 * c) as i32 - 1 - v;
            for &(x, y) in &disc {
                assert!(disc.contains(&(mirror(x, centre[0]), y)) && disc.contains(&(x, mirror(y, centre[1]))));
                assert!(disc.contains(&(y, x)));
            }
        }
        assert_eq!(painted(&[[8.0, 8.0]], 2.0).len(), 4);
        assert_eq!(painted(&[[8.5, 8.5]], 3.0).len(), 9);
    }

    #[test]
    fn discs_are_joined_and_paths_outside_cost_nothing() {
        let line = painted(&[[-1e9, 10.0], [1e9, 10.0]], 4.0);
        assert_eq!(line.len(), 4 * 20);
        assert!(painted(&[[500.0, 500.0]], 4.0).is_empty());
        assert!(Path::new(&[], 4.0, ALL).is_err() && Path::new(&[[f32::NAN, 0.0]], 4.0, ALL).is_err());
        assert!(Path::new(&[[1.0, 1.0]], 0.0, ALL).is_err());
    }
}
