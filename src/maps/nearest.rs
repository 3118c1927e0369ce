//! The nearest source pixel of every pixel, exactly, in linear time.

use std::collections::BTreeSet;

use super::Rect;
use super::runs::Runs;

/// For each pixel of a window, the source that lies nearest to it.
pub struct Nearest {
    window: Rect,
    feature: Vec<u32>,
    distance: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl Nearest {
    /// Finds the nearest source within `window` for each of its pixels (Meijster, Roerdink and
    /// Hesselink, "A General Algorithm for Computing Distance Transforms in Linear Time", 2000).
    /// Distances down and up count `vertical` times those to the side; 1 is Euclid's.
    pub fn new(window: Rect, vertical: u32, is_source: impl Fn(i32, i32) -> bool) -> Self {
        let (width, height) = (window.width() as usize, window.height() as usize);
        // Nearest source within the column, as a row of the window.
        let mut row_of = vec![NONE; width * height];
        for x in 0..width {
            let mut above = NONE;
            for y in 0..height {
                if is_source(window.x0 + x as i32, window.y0 + y as i32) {
                    above = y as u32;
                }
                row_of[y * width + x] = above;
            }
            let mut below = NONE;
            for y in (0..height).rev() {
                let at = y * width + x;
                if row_of[at] == y as u32 {
                    below = y as u32;
                } else if below != NONE && (row_of[at] == NONE || below - (y as u32) < y as u32 - row_of[at]) {
                    row_of[at] = below;
                }
            }
        }
        let mut feature = vec![NONE; width * height];
        let mut distance = vec![NONE; width * height];
        let mut envelope: Vec<(usize, i64)> = Vec::with_capacity(width);
        for y in 0..height {
            let rows = &row_of[y * width..][..width];
            let lift = |x: usize| {
                let dy = i64::from(vertical) * (i64::from(rows[x]) - y as i64);
                dy * dy
            };
            lower_envelope(rows, lift, &mut envelope);
            let mut piece = 0;
            for x in 0..width {
                while piece + 1 < envelope.len() && envelope[piece + 1].1 <= x as i64 {
                    piece += 1;
                }
                if let Some(&(from, _)) = envelope.get(piece) {
                    let dx = x as i64 - from as i64;
                    feature[y * width + x] = rows[from] * width as u32 + from as u32;
                    distance[y * width + x] = (dx * dx + lift(from)) as u32;
                }
            }
        }
        Self { window, feature, distance }
    }

    fn index(&self, x: i32, y: i32) -> usize {
        (y - self.window.y0) as usize * self.window.width() as usize + (x - self.window.x0) as usize
    }

    /// The nearest source of a pixel of the window and the square of its distance; `None` when the
    /// window has no source at all.
    pub fn get(&self, x: i32, y: i32) -> Option<(i32, i32, u32)> {
        let at = self.index(x, y);
        let feature = self.feature[at];
        if feature == NONE {
            return None;
        }
        let width = self.window.width();
        let (fx, fy) = (feature % width, feature / width);
        Some((self.window.x0 + fx as i32, self.window.y0 + fy as i32, self.distance[at]))
    }
}

/// The columns whose parabolas `(x - column)² + lift` are lowest somewhere, each with the first
/// integer `x` from which on it is.
fn lower_envelope(rows: &[u32], lift: impl Fn(usize) -> i64, envelope: &mut Vec<(usize, i64)>) {
    envelope.clear();
    for x in (0..rows.len()).filter(|&x| rows[x] != NONE) {
        let height = lift(x) + (x * x) as i64;
        loop {
            let Some(&(last, from)) = envelope.last() else {
                envelope.push((x, 0));
                break;
            };
            let last_height = lift(last) + (last * last) as i64;
            let start = (height - last_height).div_euclid(2 * (x - last) as i64) + 1;
            if start <= from {
                envelope.pop();
            } else {
                if start < rows.len() as i64 {
                    envelope.push((x, start));
                }
                break;
            }
        }
    }
}

/// For each pixel of `hole`, calls `fill` with the nearest pixel of `bounds` that is a source.
/// Looks only as far around the hole as it has to. Returns whether there was any source.
/// `vertical` as in [`Nearest::new`].
pub fn fill_nearest(
    bounds: Rect,
    area: Rect,
    vertical: u32,
    in_hole: impl Fn(i32, i32) -> bool,
    is_source: impl Fn(i32, i32) -> bool,
    mut fill: impl FnMut(i32, i32, i32, i32),
) -> bool {
    let area = area.intersect(&bounds);
    let mut margin = 4;
    loop {
        let window = area.grown(margin).intersect(&bounds);
        let nearest = Nearest::new(window, vertical, &is_source);
        let mut farthest = 0;
        let mut missing = false;
        for y in area.y0..area.y1 {
            for x in area.x0..area.x1 {
                if in_hole(x, y) {
                    match nearest.get(x, y) {
                        Some((_, _, distance)) => farthest = farthest.max(distance),
                        None => missing = true,
                    }
                }
            }
        }
        // A source beyond the window could only be nearer when the window's own are farther than its margin.
        let reach = f64::from(farthest).sqrt().ceil() as i32;
        if window != bounds && (missing || reach > margin) {
            margin = if missing { margin * 4 } else { reach };
            continue;
        }
        if missing {
            return false;
        }
        for y in area.y0..area.y1 {
            for x in area.x0..area.x1 {
                if in_hole(x, y)
                    && let Some((from_x, from_y, _)) = nearest.get(x, y)
                {
                    fill(x, y, from_x, from_y);
                }
            }
        }
        return true;
    }
}

/// Holes of less than one in so many pixels are few.
const FEW: usize = 50;
/// Side in pixels of what is filled at a time then.
const NEIGHBOURHOOD: usize = 32;

/// Gives every pixel that is not `kept` the value of the nearest that is; whether there was any.
pub(super) fn fill_unkept(width: u32, height: u32, values: &mut [u8], kept: &[bool]) -> bool {
    let holes = Runs::of(width as usize, kept).only(|kept| !kept);
    let lost: usize = holes.all.iter().map(|run| run.end - run.start).sum();
    if lost == 0 {
        return true;
    }
    let all = Rect::new(0, 0, width as i32, height as i32);
    let at = |x: i32, y: i32| y as usize * width as usize + x as usize;
    let sources = values.to_vec();
    let mut fill = |area: Rect| {
        let copy = |x: i32, y: i32, from_x: i32, from_y: i32| values[at(x, y)] = sources[at(from_x, from_y)];
        fill_nearest(all, area, 1, |x, y| !kept[at(x, y)], |x, y| kept[at(x, y)], copy)
    };
    // A few small holes are filled one neighbourhood at a time; large ones would be looked around in again and again.
    if lost * FEW > kept.len() {
        return fill(all);
    }
    let corner = |place: usize| (place / width as usize / NEIGHBOURHOOD, place % width as usize / NEIGHBOURHOOD);
    let corners: BTreeSet<_> = holes.places().map(corner).collect();
    for (row, column) in corners {
        let (x, y) = ((column * NEIGHBOURHOOD) as i32, (row * NEIGHBOURHOOD) as i32);
        fill(Rect::new(x, y, x + NEIGHBOURHOOD as i32, y + NEIGHBOURHOOD as i32));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small deterministic generator, so that the tests need no seed of the system's.
    fn noise(x: i32, y: i32, salt: u32) -> u32 {
        let mut h = (x as u32).wrapping_mul(0x9E37_79B1) ^ (y as u32).wrapping_mul(0x85EB_CA77) ^ salt;
        h ^= h >> 15;
        h = h.wrapping_mul(0x2C1B_3C6D);
        h ^ (h >> 12)
    }

    #[test]
    fn few_holes_are_filled_as_many_are() {
        let (width, height) = (100, 70);
        let pixels = || (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let values: Vec<u8> = pixels().map(|(x, y)| (x / 9 + 5 * (y / 7)) as u8).collect();
        // One in seventy, a hole of 5 x 5 across neighbourhoods, one in a corner.
        let hole = |x: i32, y: i32| (30..35).contains(&x) && (30..35).contains(&y) || x + y < 3;
        let kept: Vec<bool> = pixels().map(|(x, y)| !hole(x, y) && !noise(x, y, 3).is_multiple_of(180)).collect();
        assert!(kept.iter().filter(|k| !**k).count() * FEW <= kept.len());
        let mut filled = values.clone();
        assert!(fill_unkept(width as u32, height as u32, &mut filled, &kept));
        for ((x, y), &value) in pixels().zip(&filled) {
            let away = |(i, j): (i32, i32)| (i - x).pow(2) + (j - y).pow(2);
            let sources = || pixels().zip(&values).zip(&kept).filter(|(_, kept)| **kept).map(|(source, _)| source);
            let least = sources().map(|(at, _)| away(at)).min().unwrap();
            assert!(sources().any(|(at, &of)| away(at) == least && of == value), "({x}, {y})");
        }
    }

    #[test]
    fn agrees_with_trying_every_source() {
        for (salt, vertical) in (0..20).flat_map(|salt| [(salt, 1), (salt, 4)]) {
            let window = Rect::new(-3, 5, 20, 22);
            let is_source = |x: i32, y: i32| noise(x, y, salt).is_multiple_of(40);
            let nearest = Nearest::new(window, vertical, is_source);
            let away = |u: i32, v: i32, x: i32, y: i32| ((u - x).pow(2) + (vertical as i32 * (v - y)).pow(2)) as u32;
            for y in window.y0..window.y1 {
                for x in window.x0..window.x1 {
                    let best = (window.y0..window.y1)
                        .flat_map(|v| (window.x0..window.x1).map(move |u| (u, v)))
                        .filter(|&(u, v)| is_source(u, v))
                        .map(|(u, v)| away(u, v, x, y))
                        .min();
                    let found = nearest.get(x, y);
                    assert_eq!(found.map(|f| f.2), best);
                    if let Some((u, v, d)) = found {
                        assert!(is_source(u, v));
                        assert_eq!(away(u, v, x, y), d);
                    }
                }
            }
        }
    }

    #[test]
    fn a_far_source_is_found_and_none_is_said() {
        let bounds = Rect::new(0, 0, 200, 100);
        let hole = Rect::new(90, 40, 95, 45);
        let mut filled = 0;
        let any = fill_nearest(
            bounds,
            hole,
            1,
            |x, y| hole.contains(x, y),
            |x, y| (x, y) == (3, 99),
            |_, _, x, y| {
                assert_eq!((x, y), (3, 99));
                filled += 1;
            },
        );
        assert!(any);
        assert_eq!(filled, 25);
        assert!(!fill_nearest(bounds, hole, 1, |_, _| true, |_, _| false, |_, _, _, _| ()));
    }
}
