//! A mask within a rectangle: what edits work on, however large the picture is.

use crate::document::Selection;
use crate::maps::{Plane, Rect};

/// Which pixels of a rectangle are meant; none outside it.
#[derive(Clone, Debug)]
pub(super) struct Mask {
    rect: Rect,
    bits: Vec<bool>,
}

impl Mask {
    /// The pixels of `rect` for which `is_in` holds.
    pub fn new(rect: Rect, mut is_in: impl FnMut(i32, i32) -> bool) -> Self {
        let mut bits = Vec::with_capacity(rect.width() as usize * rect.height() as usize);
        for y in rect.y0..rect.y1 {
            for x in rect.x0..rect.x1 {
                bits.push(is_in(x, y));
            }
        }
        Self { rect, bits }
    }

    pub fn of(selection: &Selection) -> Self {
        Self::new(selection.bounds(), |x, y| selection.contains(x, y))
    }

    /// The rectangle; the mask may leave parts of it out.
    pub fn rect(&self) -> Rect {
        self.rect
    }

    pub fn is_empty(&self) -> bool {
        !self.bits.contains(&true)
    }

    pub fn contains(&self, x: i32, y: i32) -> bool {
        self.rect.contains(x, y)
            && self.bits[(y - self.rect.y0) as usize * self.rect.width() as usize + (x - self.rect.x0) as usize]
    }

    /// The pixels that are in, row by row.
    pub fn pixels(&self) -> impl Iterator<Item = (i32, i32)> + '_ {
        let rect = self.rect;
        let width = rect.width().max(1) as usize;
        let at = move |(i, _): (usize, &bool)| (rect.x0 + (i % width) as i32, rect.y0 + (i / width) as i32);
        self.bits.iter().enumerate().filter(|(_, bit)| **bit).map(at)
    }

    /// The mask over a whole document; what lies outside of it is dropped.
    pub fn to_selection(&self, width: u32, height: u32) -> Selection {
        let mut plane = Plane::filled(width, height, false);
        self.pixels().for_each(|(x, y)| plane.set(x, y, true));
        Selection::from_mask(plane)
    }
}

/// The pixels of `bounds` whose centres lie inside the closed outline (even-odd rule).
pub(super) fn polygon(points: &[[f32; 2]], bounds: Rect) -> Mask {
    let (mut low, mut high) = ([f32::MAX; 2], [f32::MIN; 2]);
    for point in points {
        for axis in 0..2 {
            low[axis] = low[axis].min(point[axis]);
            high[axis] = high[axis].max(point[axis]);
        }
    }
    let outer = Rect::new(low[0].floor() as i32, low[1].floor() as i32, high[0].ceil() as i32, high[1].ceil() as i32);
    let rect = outer.intersect(&bounds);
    if points.len() < 3 || rect.is_empty() {
        return Mask { rect: Rect::default(), bits: Vec::new() };
    }
    let (width, height) = (rect.width() as usize, rect.height() as usize);
    let mut bits = vec![false; width * height];
    let mut crossings = Vec::new();
    for row in 0..height {
        let y = (rect.y0 + row as i32) as f32 + 0.5;
        crossings.clear();
        for (i, a) in points.iter().enumerate() {
            let b = points[(i + 1) % points.len()];
            if (a[1] <= y) != (b[1] <= y) {
                crossings.push(a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]));
            }
        }
        crossings.sort_by(f32::total_cmp);
        for pair in crossings.as_chunks::<2>().0 {
            // The first and the last pixel whose centre lies between the crossings.
            let column = |x: f32| ((x - 0.5).ceil() as i32 - rect.x0).clamp(0, width as i32) as usize;
            bits[row * width..][column(pair[0])..column(pair[1])].fill(true);
        }
    }
    Mask { rect, bits }
}

/// The convex hull of the pixels of a mask, as corners in order around it.
pub(super) fn convex_hull(mask: &Mask) -> Vec<[f32; 2]> {
    let rect = mask.rect();
    let mut corners: Vec<[i64; 2]> = Vec::new();
    for y in rect.y0..rect.y1 {
        let mut row = (rect.x0..rect.x1).filter(|&x| mask.contains(x, y));
        if let Some(first) = row.next() {
            let last = row.next_back().unwrap_or(first);
            for (x, y) in [(first, y), (first, y + 1), (last + 1, y), (last + 1, y + 1)] {
                corners.push([i64::from(x), i64::from(y)]);
            }
        }
    }
    corners.sort_unstable();
    corners.dedup();
    // Andrew's monotone chain: the lower hull forwards, the upper one backwards.
    let mut hull: Vec<[i64; 2]> = Vec::new();
    let turns_left =
        |a: [i64; 2], b: [i64; 2], c: [i64; 2]| (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 0;
    for pass in 0..2 {
        let start = hull.len();
        let ordered: Vec<[i64; 2]> = if pass == 0 { corners.clone() } else { corners.iter().rev().copied().collect() };
        for corner in ordered {
            while hull.len() >= start + 2 && !turns_left(hull[hull.len() - 2], hull[hull.len() - 1], corner) {
                hull.pop();
            }
            hull.push(corner);
        }
        hull.pop();
    }
    hull.into_iter().map(|[x, y]| [x as f32, y as f32]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Rect = Rect { x0: 0, y0: 0, x1: 12, y1: 12 };

    #[test]
    fn an_outline_takes_the_pixels_whose_centres_it_encloses() {
        let square = polygon(&[[2.0, 2.0], [5.0, 2.0], [5.0, 4.0], [2.0, 4.0]], ALL);
        assert_eq!(square.pixels().collect::<Vec<_>>(), [(2, 2), (3, 2), (4, 2), (2, 3), (3, 3), (4, 3)]);
        assert!(polygon(&[[1.0, 1.0], [9.0, 9.0]], ALL).is_empty());
        assert_eq!(polygon(&[[-50.0, -50.0], [80.0, -50.0], [80.0, 80.0], [-50.0, 80.0]], ALL).pixels().count(), 144);
    }

    #[test]
    fn a_hull_closes_what_is_hollow_and_adds_nothing_to_a_rectangle() {
        let ring = Mask::new(Rect::new(2, 2, 9, 9), |x, y| !(4..7).contains(&x) || !(4..7).contains(&y));
        assert_eq!(polygon(&convex_hull(&ring), ALL).pixels().count(), 49);
        let bar = Mask::new(Rect::new(3, 5, 4, 6), |_, _| true);
        assert_eq!(polygon(&convex_hull(&bar), ALL).pixels().collect::<Vec<_>>(), [(3, 5)]);
    }
}
