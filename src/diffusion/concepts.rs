//! Guidance by several concepts at once, each within a mask of its own (Brack et al., LEDITS++, eqs. 4-8).
//!
//! From the network's answers with a concept's words and without them, `psi = +-(with - without)`, plus to add it and
//! minus to remove it. The guided answer is `without + sum over concepts of scale * mask * psi`. The paper writes `psi` in
//! terms of the noise; for a flow `eps = x + (1 - t) v`, so that differences of `v` are those of `eps` up to a factor
//! that all cells share, and masks are the same.
//!
//! The mask is an intersection of one by attention, `M1`, and one by noise, `M2`: 1 where the cells look most at the concept's words, and
//! where `|psi|` is largest, each among what a person has selected. It is `M2` alone where a pack does not show its attention.

use serde::{Deserialize, Serialize};

/// What becomes of a concept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// More of it.
    Add,
    /// Less of it.
    Remove,
}

/// How a concept pulls.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pull {
    /// Towards it or away.
    pub direction: Direction,
    /// Weight of its pull, at least 0; 0 is none.
    pub scale: f32,
    /// Share of the cells, those where its pull is weakest and those that look least at its words, that are left alone: 0 to
    /// less than 1.
    pub threshold: f32,
    /// Steps at the beginning in which it does not act.
    pub warm_up: usize,
}

impl Pull {
    /// Adds the concept's pull in `step` to `answer`. `with` and `without` are the network's answers with its words and with
    /// none, all `[channels, cells]`; `free` tells for each cell whether it may change, and `seen` how much it looks at the words,
    /// if that is known.
    ///
    /// # Panics
    /// When the lengths do not fit.
    pub fn act(
        &self,
        step: usize,
        answer: &mut [f32],
        (with, without): (&[f32], &[f32]),
        free: &[bool],
        seen: Option<&[f32]>,
    ) {
        assert!(answer.len() == with.len() && with.len() == without.len(), "answers of one size");
        if step < self.warm_up {
            return;
        }
        let sign = match self.direction {
            Direction::Add => self.scale,
            Direction::Remove => -self.scale,
        };
        let psi: Vec<f32> = with.iter().zip(without).map(|(with, without)| with - without).collect();
        let mut mask = upper_mask(&psi, free, self.threshold);
        if let Some(seen) = seen {
            let looks = upper_mask(seen, free, self.threshold);
            mask.iter_mut().zip(looks).for_each(|(mask, looks)| *mask &= looks);
        }
        for (answer, psi) in answer.chunks_exact_mut(mask.len()).zip(psi.chunks_exact(mask.len())) {
            for ((answer, psi), _) in answer.iter_mut().zip(psi).zip(&mask).filter(|(_, mask)| **mask) {
                *answer += sign * psi;
            }
        }
    }
}

/// Where values `[channels, cells]` are in their upper quantile: among the free cells the share `1 - threshold` where their magnitude,
/// summed over channels, is largest (rounded to whole cells, at least one).
///
/// # Panics
/// When the values are no whole number of channels.
pub fn upper_mask(values: &[f32], free: &[bool], threshold: f32) -> Vec<bool> {
    assert!(!free.is_empty() && values.len().is_multiple_of(free.len()), "whole channels");
    let mut magnitude = vec![0.0_f64; free.len()];
    for channel in values.chunks_exact(free.len()) {
        magnitude.iter_mut().zip(channel).for_each(|(sum, value)| *sum += f64::from(value.abs()));
    }
    let mut cells: Vec<usize> = (0..free.len()).filter(|&cell| free[cell]).collect();
    cells.sort_by(|&a, &b| magnitude[b].total_cmp(&magnitude[a]));
    let kept = ((1.0 - f64::from(threshold)) * cells.len() as f64).round().max(1.0) as usize;
    let mut mask = vec![false; free.len()];
    cells.into_iter().take(kept).for_each(|cell| mask[cell] = true);
    mask
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pull(direction: Direction) -> Pull {
        Pull { direction, scale: 2.0, threshold: 0.5, warm_up: 1 }
    }

    #[test]
    fn the_mask_has_the_share_above_the_quantile() {
        let difference: Vec<f32> = (0..200).map(|i| ((i * 37) % 100) as f32 - 50.0).collect();
        for (threshold, kept) in [(0.0, 100), (0.25, 75), (0.9, 10), (0.999, 1)] {
            let mask = upper_mask(&difference, &[true; 100], threshold);
            assert_eq!(mask.iter().filter(|m| **m).count(), kept, "threshold {threshold}");
            let sum = |cell: usize| difference[cell].abs() + difference[100 + cell].abs();
            let least = (0..100).filter(|&c| mask[c]).map(sum).fold(f32::MAX, f32::min);
            let most = (0..100).filter(|&c| !mask[c]).map(sum).fold(0.0, f32::max);
            assert!(least >= most, "threshold {threshold}: {least} inside, {most} outside");
        }
    }

    #[test]
    fn only_free_cells_are_masked() {
        let mask = upper_mask(&[9.0, 1.0, 2.0, 8.0], &[false, true, true, true], 0.5);
        assert_eq!(mask, [false, false, true, true]);
        assert_eq!(upper_mask(&[9.0, 1.0], &[false, false], 0.5), [false, false]);
    }

    #[test]
    fn what_is_added_rises_and_what_is_removed_falls_within_its_mask() {
        // Two channels of four cells; the words make cells 1 and 3 differ.
        let without = [1.0_f32; 8];
        let with = [1.0, 3.0, 1.0, 2.0, 1.0, 0.0, 1.1, 1.0];
        let guided = |direction, step| {
            let mut answer = without;
            pull(direction).act(step, &mut answer, (&with, &without), &[true; 4], None);
            answer
        };
        assert_eq!(guided(Direction::Add, 1), [1.0, 5.0, 1.0, 3.0, 1.0, -1.0, 1.0, 1.0]);
        assert_eq!(guided(Direction::Remove, 1), [1.0, -3.0, 1.0, -1.0, 1.0, 3.0, 1.0, 1.0]);
        assert_eq!(guided(Direction::Add, 0), without, "it has not begun");
        let mut looking = without;
        pull(Direction::Add).act(1, &mut looking, (&with, &without), &[true; 4], Some(&[0.9, 0.1, 0.2, 0.8]));
        assert_eq!(looking, [1.0, 1.0, 1.0, 3.0, 1.0, 1.0, 1.0, 1.0], "only cell 3 differs and looks at the words");
    }

    #[test]
    fn several_concepts_add_up() {
        let without = [0.0_f32; 2];
        let mut answer = without;
        let all = Pull { threshold: 0.0, warm_up: 0, ..pull(Direction::Add) };
        all.act(0, &mut answer, (&[1.0, 0.0], &without), &[true; 2], None);
        Pull { direction: Direction::Remove, ..all }.act(0, &mut answer, (&[0.0, 3.0], &without), &[true; 2], None);
        assert_eq!(answer, [2.0, -6.0]);
    }
}
