//! Masks grown, and how deep a pixel lies inside one.

use image::GrayImage;
use imageproc::distance_transform::{Norm, distance_transform};
use imageproc::morphology::dilate;

use super::Plane;

/// The mask and all pixels at most `by` rows and columns away from it.
pub fn grown(mask: &Plane<bool>, by: u8) -> Plane<bool> {
    let grown = dilate(&picture(mask, true), Norm::LInf, by);
    let pixels: Vec<_> = grown.into_raw().into_iter().map(|value| value > 0).collect();
    Plane::from_pixels(mask.width(), mask.height(), &pixels)
}

/// How deep each pixel lies inside the mask, row-major, in steps along the axes: 0 outside, 1 at its edge, at
/// most 255 or as many as width and height together. The border of the picture is no edge.
pub fn depth_inside(mask: &Plane<bool>) -> Vec<u8> {
    distance_transform(&picture(mask, false), Norm::L1).into_raw()
}

/// White where the mask is `white`.
fn picture(mask: &Plane<bool>, white: bool) -> GrayImage {
    let pixels = mask.to_pixels();
    GrayImage::from_fn(mask.width(), mask.height(), |x, y| {
        let at = y as usize * mask.width() as usize + x as usize;
        [if pixels[at] == white { 255 } else { 0 }].into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_grow_on_all_sides_and_corners() {
        let dot = Plane::from_fn(7, 7, |x, y| (x, y) == (1, 3));
        let grown = grown(&dot, 2);
        for y in 0..7 {
            for x in 0..7 {
                assert_eq!(grown.at(x, y), x <= 3 && (1..=5).contains(&y), "{x} {y}");
            }
        }
    }

    #[test]
    fn depth_counts_from_the_edge_but_not_from_the_border() {
        let right = Plane::from_fn(6, 1, |x, _| x >= 2);
        assert_eq!(depth_inside(&right), [0, 0, 1, 2, 3, 4]);
        assert!(depth_inside(&Plane::filled(4, 4, true)).iter().all(|depth| *depth >= 8));
    }
}
