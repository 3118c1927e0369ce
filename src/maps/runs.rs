//! Rows as stretches of equal pixels: a map of a quarter of a million pixels has few thousand of them.

use std::ops::Range;

use super::plane::{Plane, TILE};

/// Pixels that are compared at once, without a branch for each.
const BLOCK: usize = 16;

/// Equal pixels of a row, side by side; at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run<V> {
    /// Place of the first pixel, row-major.
    pub start: usize,
    /// The place after the last one.
    pub end: usize,
    /// Of each of them.
    pub value: V,
}

impl<V> Run<V> {
    /// The same pixels with another value.
    pub fn with<W>(&self, value: W) -> Run<W> {
        Run { start: self.start, end: self.end, value }
    }
}

/// Runs of the rows of a picture, in the order of their pixels; there may be gaps between them.
#[derive(Clone, Debug)]
pub(crate) struct Runs<V> {
    /// Pixels of a row.
    pub width: usize,
    /// All runs.
    pub all: Vec<Run<V>>,
    /// How many runs there are before each row, and in all.
    before: Vec<usize>,
}

impl<V: Copy + PartialEq> Runs<V> {
    /// Those of row-major pixels.
    ///
    /// # Panics
    /// When `pixels` are no whole number of rows.
    pub fn of(width: usize, pixels: &[V]) -> Self {
        let width = width.max(1);
        assert!(pixels.len().is_multiple_of(width), "whole rows");
        let mut runs = Self::with_rows(width, pixels.len() / width);
        for (y, row) in pixels.chunks_exact(width).enumerate() {
            runs.extend_by(y * width, row);
            runs.end_row();
        }
        runs
    }

    /// None yet, of a picture of so many rows.
    fn with_rows(width: usize, rows: usize) -> Self {
        let mut before = Vec::with_capacity(rows + 1);
        before.push(0);
        Self { width, all: Vec::new(), before }
    }

    fn end_row(&mut self) {
        self.before.push(self.all.len());
    }

    /// Adds the runs of `pixels`, which are at `start` and on.
    fn extend_by(&mut self, mut start: usize, pixels: &[V]) {
        let mut rest = pixels;
        while let Some(&value) = rest.first() {
            let length = leading_equal(rest);
            self.all.push(Run { start, end: start + length, value });
            (start, rest) = (start + length, &rest[length..]);
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.before.len() - 1
    }

    /// Which of the runs are those of a row.
    pub fn row(&self, y: usize) -> Range<usize> {
        self.before[y]..self.before[y + 1]
    }

    /// Those of the values that are `kept`.
    pub fn only(&self, kept: impl Fn(V) -> bool) -> Self {
        let mut runs = Self::with_rows(self.width, self.rows());
        for y in 0..self.rows() {
            runs.all.extend(self.all[self.row(y)].iter().filter(|run| kept(run.value)));
            runs.end_row();
        }
        runs
    }

    /// Cut where `others`, which are all pixels row-major, differ within a run.
    pub fn cut_by<W: Copy + PartialEq>(&self, others: &[W]) -> Runs<(V, W)> {
        let mut runs = Runs::with_rows(self.width, self.rows());
        for y in 0..self.rows() {
            for &Run { mut start, end, value } in &self.all[self.row(y)] {
                while start < end {
                    let length = leading_equal(&others[start..end]);
                    runs.all.push(Run { start, end: start + length, value: (value, others[start]) });
                    start += length;
                }
            }
            runs.end_row();
        }
        runs
    }

    /// The places of all pixels, in order.
    pub fn places(&self) -> impl Iterator<Item = usize> {
        self.all.iter().flat_map(|run| run.start..run.end)
    }

    /// Pairs of runs of two rows, one above the other, that have pixels above one another: the upper, the lower, and how many.
    pub fn each_contact(&self, y: usize, mut see: impl FnMut(usize, usize, usize)) {
        let (mut upper, lowers) = (self.row(y), self.row(y + 1));
        for lower in lowers {
            let Run { start, end, .. } = self.all[lower];
            while upper.start < upper.end && self.all[upper.start].end + self.width <= start {
                upper.start += 1;
            }
            // The last one that touches may touch the next run as well, so it stays.
            for above in upper.clone().take_while(|&above| self.all[above].start + self.width < end) {
                let Run { start: left, end: right, .. } = self.all[above];
                see(above, lower, (right + self.width).min(end) - (left + self.width).max(start));
            }
        }
    }
}

/// How many pixels at the beginning are equal to the first.
fn leading_equal<V: Copy + PartialEq>(pixels: &[V]) -> usize {
    let Some(&first) = pixels.first() else { return 0 };
    let mut length = 1;
    let alike = |block: &[V]| block.iter().fold(true, |alike, &value| alike & (value == first));
    while pixels.get(length..length + BLOCK).is_some_and(alike) {
        length += BLOCK;
    }
    length + pixels[length..].iter().take_while(|&&value| value == first).count()
}

impl<T: Copy + Default + PartialEq> Plane<T> {
    /// Its rows as runs.
    pub(crate) fn runs(&self) -> Runs<T> {
        let (width, tile) = (self.width() as usize, TILE as usize);
        let mut runs = Runs::with_rows(width.max(1), self.height() as usize);
        for y in 0..self.height() as usize {
            let first = runs.all.len();
            for column in 0..self.columns() as usize {
                let (pixels, _) = self.tile(y / tile * self.columns() as usize + column);
                let (from, span) = (y % tile * tile, tile.min(width - column * tile));
                let (start, known) = (y * width + column * tile, runs.all.len());
                runs.extend_by(start, &pixels[from..from + span]);
                // A run goes on over the edge of a tile.
                if known > first && runs.all[known - 1].value == runs.all[known].value {
                    runs.all[known - 1].end = runs.all[known].end;
                    runs.all.remove(known);
                }
            }
            runs.end_row();
        }
        runs
    }
}

/// A plane of runs: what none of them covers is the default.
pub(crate) fn painted<T: Copy + Default + PartialEq>(
    width: u32,
    height: u32,
    runs: impl Iterator<Item = Run<T>>,
) -> Plane<T> {
    let (columns, tile) = (width.div_ceil(TILE) as usize, TILE as usize);
    let mut tiles = vec![vec![T::default(); tile * tile]; columns * height.div_ceil(TILE) as usize];
    for Run { start, end, value } in runs {
        let (y, mut x, end) = (start / width as usize, start % width as usize, (end - 1) % width as usize + 1);
        while x < end {
            let span = (tile - x % tile).min(end - x);
            let from = y % tile * tile + x % tile;
            tiles[y / tile * columns + x / tile][from..from + span].fill(value);
            x += span;
        }
    }
    Plane::from_tiles(width, height, tiles)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stretches of lengths from 1 to 40.
    fn pixels(count: usize) -> Vec<u8> {
        (0..count).map(|at| (at / 7 * at / 40 % 5) as u8).collect()
    }

    #[test]
    fn they_hold_every_pixel_and_neighbours_differ() {
        for (width, height) in [(1, 1), (1, 9), (9, 1), (64, 3), (65, 4), (150, 130)] {
            let pixels = pixels(width * height);
            let runs = Runs::of(width, &pixels);
            let again: Vec<u8> = runs.all.iter().flat_map(|run| vec![run.value; run.end - run.start]).collect();
            assert_eq!((again, runs.rows()), (pixels.clone(), height));
            for y in 0..height {
                let row = &runs.all[runs.row(y)];
                assert_eq!((row[0].start, row[row.len() - 1].end), (y * width, (y + 1) * width));
                assert!(row.windows(2).all(|pair| pair[0].end == pair[1].start && pair[0].value != pair[1].value));
            }
            let plane = Plane::from_pixels(width as u32, height as u32, &pixels);
            assert_eq!((&plane.runs().all, &plane.runs().before), (&runs.all, &runs.before), "{width} x {height}");
            assert_eq!(painted(width as u32, height as u32, runs.all.into_iter()), plane, "{width} x {height}");
        }
    }

    #[test]
    fn a_part_of_them_can_be_left_out_and_cut() {
        let runs = Runs::of(6, &[1, 1, 2, 2, 2, 3, 1, 1, 1, 1, 1, 1]);
        let twos = runs.only(|value| value == 2);
        assert_eq!((twos.all.as_slice(), twos.before.as_slice()), ([runs.all[1]].as_slice(), [0, 1, 1].as_slice()));
        let halves = runs.only(|value| value != 3).cut_by(&[0, 5, 5, 5, 5, 5, 6, 6, 6, 6, 8, 8]);
        let found: Vec<_> = halves.all.iter().map(|run| (run.start, run.end, run.value)).collect();
        assert_eq!(found, [(0, 1, (1, 0)), (1, 2, (1, 5)), (2, 5, (2, 5)), (6, 10, (1, 6)), (10, 12, (1, 8))]);
        assert_eq!(halves.before, [0, 3, 5]);
        assert_eq!(halves.only(|(_, other)| other == 5).places().collect::<Vec<_>>(), [1, 2, 3, 4]);
    }

    #[test]
    fn runs_above_one_another_meet_in_as_many_pixels_as_they_share() {
        let (width, pixels) = (50, pixels(100));
        let runs = Runs::of(width, &pixels);
        let mut shared = vec![0; width];
        runs.each_contact(0, |above, below, length| {
            let (above, below) = (runs.all[above], runs.all[below]);
            let (left, right) = (above.start.max(below.start - width), above.end.min(below.end - width));
            assert_eq!(right - left, length);
            shared[left..right].iter_mut().for_each(|times| *times += 1);
        });
        assert_eq!(shared, vec![1; width]);
    }
}
