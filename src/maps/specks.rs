//! Specks: pieces of a class too small to be meant.

use super::components::{NONE, components};
use super::nearest::fill_unkept;
use super::runs::Runs;

/// Gives connected pieces of fewer than `least` pixels the value of the nearest pixel of a larger
/// piece; whether there were any. `values` are row-major, `runs` theirs; when every piece is a speck, they stay as they are.
pub(crate) fn remove_specks(runs: &Runs<u8>, values: &mut [u8], least: usize) -> bool {
    let found = components(runs).of_at_least(least);
    let specks: Vec<_> = runs.all.iter().zip(&found.of).filter(|(_, number)| **number == NONE).collect();
    if specks.is_empty() || found.areas.is_empty() {
        return false;
    }
    let mut keeps = vec![true; values.len()];
    specks.iter().for_each(|(run, _)| keeps[run.start..run.end].fill(false));
    fill_unkept(runs.width as u32, runs.rows() as u32, values, &keeps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_pieces_become_what_surrounds_them() {
        #[rustfmt::skip]
        let mut values = [
            1, 1, 1, 2, 2,
            1, 3, 1, 2, 2,
            1, 1, 1, 2, 3,
            1, 1, 1, 2, 3,
        ];
        assert!(remove_specks(&Runs::of(5, &values), &mut values, 3));
        #[rustfmt::skip]
        let expected = [
            1, 1, 1, 2, 2,
            1, 1, 1, 2, 2,
            1, 1, 1, 2, 2,
            1, 1, 1, 2, 2,
        ];
        assert_eq!(values, expected);
    }

    #[test]
    fn nothing_but_specks_stays() {
        let mut values = [1, 2, 3, 4];
        assert!(!remove_specks(&Runs::of(2, &values), &mut values, 2));
        assert_eq!(values, [1, 2, 3, 4]);
    }
}
