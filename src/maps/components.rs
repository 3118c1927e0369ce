//! Connected components of equal pixels.

/// No component.
pub(super) const NONE: u32 = u32::MAX;

/// Components of equal pixels: see [`components`].
pub(super) struct Components {
    /// Number of the component of each pixel; [`NONE`] where there is none.
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

    /// Adds components of pixels that had none.
    pub fn append(&mut self, others: &Self) {
        let first = self.areas.len() as u32;
        for (own, &other) in self.of.iter_mut().zip(&others.of).filter(|(_, other)| **other != NONE) {
            *own = first + other;
        }
        self.areas.extend(&others.areas);
    }
}

/// Equal pixels of a row, side by side.
struct Run {
    start: usize,
    end: usize,
    value: u8,
    /// A run of the same component that comes earlier, or the run itself.
    parent: usize,
}

/// The 4-connected components of pixels of equal value, numbered in the order of their first pixels. Pixels
/// without a `value` belong to none.
///
/// Rows are cut into runs, and runs that touch are united (the run-based variant of Rosenfeld and Pfaltz,
/// "Sequential Operations in Digital Picture Processing", 1966): a map has few thousand of them.
pub(super) fn components(width: usize, height: usize, value: impl Fn(usize) -> Option<u8>) -> Components {
    let mut runs: Vec<Run> = Vec::new();
    let mut above = 0;
    for y in 0..height {
        let first = runs.len();
        let mut open: Option<Run> = None;
        for at in y * width..(y + 1) * width {
            let value = value(at);
            if open.as_ref().map(|run| run.value) == value {
                continue;
            }
            runs.extend(open.take().map(|run| Run { end: at, ..run }));
            open = value.map(|value| Run { start: at, end: at, value, parent: 0 });
        }
        runs.extend(open.map(|run| Run { end: (y + 1) * width, ..run }));
        for new in first..runs.len() {
            runs[new].parent = new;
            let over = |run: &Run| (run.start + width, run.end + width);
            while above < first && over(&runs[above]).1 <= runs[new].start {
                above += 1;
            }
            // The last one that touches may touch the next run as well, so `above` stays.
            let mut old = above;
            while old < first && over(&runs[old]).0 < runs[new].end {
                if runs[old].value == runs[new].value {
                    unite(&mut runs, old, new);
                }
                old += 1;
            }
        }
        above = first;
    }
    let mut found = Components { of: vec![NONE; width * height], areas: Vec::new() };
    let mut numbers = Vec::with_capacity(runs.len());
    for index in 0..runs.len() {
        let root = root(&mut runs, index);
        if root == index {
            found.areas.push(0);
            numbers.push(found.areas.len() as u32 - 1);
        } else {
            numbers.push(numbers[root]);
        }
        let run = &runs[index];
        found.of[run.start..run.end].fill(numbers[index]);
        found.areas[numbers[index] as usize] += run.end - run.start;
    }
    found
}

/// The earliest run of a component; paths to it are halved on the way.
fn root(runs: &mut [Run], mut index: usize) -> usize {
    while runs[index].parent != index {
        runs[index].parent = runs[runs[index].parent].parent;
        index = runs[index].parent;
    }
    index
}

fn unite(runs: &mut [Run], a: usize, b: usize) {
    let (a, b) = (root(runs, a), root(runs, b));
    runs[a.max(b)].parent = a.min(b);
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
            let found = components(width, height, |at| values[at]);
            assert_eq!(found.of, plainly(width, height, &values), "{width} x {height}");
            let area = |number: usize| found.of.iter().filter(|c| **c == number as u32).count();
            assert!(found.areas.iter().enumerate().all(|(number, &pixels)| area(number) == pixels));
        }
    }

    #[test]
    fn small_ones_can_be_left_out_and_others_added() {
        let row = [Some(1), Some(2), Some(2), None, Some(1), Some(1), Some(3)];
        let mut found = components(7, 1, |at| row[at]).of_at_least(2);
        assert_eq!(
            (found.of.as_slice(), found.areas.as_slice()),
            ([NONE, 0, 0, NONE, 1, 1, NONE].as_slice(), [2, 2].as_slice())
        );
        let left: Vec<_> = row.iter().zip(&found.of).map(|(value, c)| value.filter(|_| *c == NONE)).collect();
        found.append(&components(7, 1, |at| left[at]));
        assert_eq!(
            (found.of.as_slice(), found.areas.as_slice()),
            ([2, 0, 0, NONE, 1, 1, 3].as_slice(), [2, 2, 1, 1].as_slice())
        );
    }
}
