//! Specks: pieces of a class too small to be meant.

use super::components::components;
use super::nearest::fill_unkept;

/// Gives connected pieces of fewer than `least` pixels the value of the nearest pixel of a larger
/// piece. `values` are row-major; when every piece is a speck, they stay as they are.
///
/// # Panics
/// When `values` does not hold `width * height` pixels.
pub fn remove_specks(width: u32, height: u32, values: &mut [u8], least: usize) {
    assert_eq!(values.len(), width as usize * height as usize, "pixels of a map");
    let found = components(width as usize, height as usize, |at| Some(values[at]));
    let keeps: Vec<bool> = found.of.iter().map(|&c| found.areas[c as usize] >= least).collect();
    fill_unkept(width, height, values, &keeps);
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
        remove_specks(5, 4, &mut values, 3);
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
        remove_specks(2, 2, &mut values, 2);
        assert_eq!(values, [1, 2, 3, 4]);
    }
}
