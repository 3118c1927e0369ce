//! Connected components of equal pixels.

use super::runs::Runs;

/// No component.
pub(super) const NONE: u32 = u32::MAX;

/// Components of equal pixels: see [`components`].
pub(super) struct Components {
    /// Number of the component of each run; [`NONE`] where it was left out.
    pub of: Vec<u32>,
    /// Pixels of each component.
    pub areas: Vec<usize>,
}

impl Components {
    /// Leaves out those of fewer than `least` pixels; the numbers of the others close up.
    pub fn of_at_least(mut self, least: usize) -> Self {
        let mut kept = 0;
        let number = |&area: &usize| {
            let keeps = area >= least;
            kept += u32::from(keeps);
            if keeps { kept - 1 } else { NONE }
        };
        let numbers: Vec<u32> = self.areas.iter().map(number).collect();
        self.of.iter_mut().filter(|c| **c != NONE).for_each(|c| *c = numbers[*c as usize]);
        self.areas.retain(|&area| area >= least);
        self
    }

    /// Number of the component of each of so many pixels; [`NONE`] where no run is. `runs` are those that they were found in.
    pub fn of_pixels<V>(&self, runs: &Runs<V>, pixels: usize) -> Vec<u32> {
        let mut of = vec![NONE; pixels];
        runs.all.iter().zip(&self.of).for_each(|(run, &number)| of[run.start..run.end].fill(number));
        of
    }
}

/// The 4-connected components of pixels of equal value, numbered in the order of their first pixels.
///
/// Runs that touch are united (the run-based variant of Rosenfeld and Pfaltz, "Sequential Operations in Digital
/// Picture Processing", 1966).
pub(super) fn components<V: Copy + PartialEq>(runs: &Runs<V>) -> Components {
    // A run of the same component that comes earlier, or the run itself.
    let mut parents: Vec<u32> = (0..runs.all.len() as u32).collect();
    for y in 1..runs.rows() {
        runs.each_contact(y - 1, |above, below, _| {
            if runs.all[above].value == runs.all[below].value {
                unite(&mut parents, above as u32, below as u32);
            }
        });
    }
    let mut found = Components { of: Vec::with_capacity(runs.all.len()), areas: Vec::new() };
    for (index, run) in runs.all.iter().enumerate() {
        let root = root(&mut parents, index as u32) as usize;
        if root == index {
            found.of.push(found.areas.len() as u32);
            found.areas.push(0);
        } else {
            found.of.push(found.of[root]);
        }
        found.areas[found.of[index] as usize] += run.end - run.start;
    }
    found
}

/// The earliest run of a component; paths to it are halved on the way.
fn root(parents: &mut [u32], mut index: u32) -> u32 {
    while parents[index as usize] != index {
        let parent = parents[index as usize];
        parents[index as usize] = parents[parent as usize];
        index = parents[index as usize];
    }
    index
}

fn unite(parents: &mut [u32], a: u32, b: u32) {
    let (a, b) = (root(parents, a), root(parents, b));
    parents[a.max(b) as usize] = a.min(b);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fills from each pixel in turn.
    fn plainly(width: usize, height: usize, values: &[Option<u8>]) -> Vec<u32> {
        let mut of = vec![NONE; values.len()];
        let mut count = 0;
        for start in 0..values.len() {
            if of[start] != NONE || values[start].is_none() {
                continue;
            }
            let mut stack = vec![start];
            while let Some(at) = stack.pop() {
                if of[at] == NONE && values[at] == values[start] {
                    of[at] = count;
                    let (x, y) = (at % width, at / width);
                    stack.extend((x > 0).then(|| at - 1));
                    stack.extend((x + 1 < width).then(|| at + 1));
                    stack.extend((y > 0).then(|| at - width));
                    stack.extend((y + 1 < height).then(|| at + width));
                }
            }
            count += 1;
        }
        of
    }

    #[test]
    fn they_are_what_filling_from_each_pixel_finds() {
        let mut state = 9_u32;
        for (width, height, kinds) in [(1, 1, 2), (7, 1, 2), (1, 9, 2), (23, 17, 2), (40, 31, 3), (64, 20, 5)] {
            let mut noise = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 20) as u8
            };
            let mut pixel = || Some(noise() % kinds).filter(|_| noise() % 8 > 0);
            let values: Vec<Option<u8>> = (0..width * height).map(|_| pixel()).collect();
            let runs = Runs::of(width, &values).only(|value| value.is_some());
            let found = components(&runs);
            let of = found.of_pixels(&runs, values.len());
            assert_eq!(of, plainly(width, height, &values), "{width} x {height}");
            let area = |number: usize| of.iter().filter(|c| **c == number as u32).count();
            assert!(found.areas.iter().enumerate().all(|(number, &pixels)| area(number) == pixels));
        }
    }

    #[test]
    fn small_ones_can_be_left_out() {
        let runs = Runs::of(7, &[1, 2, 2, 0, 1, 1, 3]).only(|value| value > 0);
        let found = components(&runs).of_at_least(2);
        assert_eq!((found.of.as_slice(), found.areas.as_slice()), ([NONE, 0, 1, NONE].as_slice(), [2, 2].as_slice()));
    }
}
