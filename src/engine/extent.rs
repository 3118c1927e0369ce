//! The size a factor works at for a document's shape.

use crate::graph::VariableId;
use crate::pack::Pack;

/// Width and height, in pixels, of the picture that the factor of `id` samples for a document of
/// `canvas` pixels; see [`working_size`].
pub fn factor_size(pack: &Pack, id: VariableId, canvas: (u32, u32)) -> (u32, u32) {
    let cell = pack.manifest.latent.downscale * pack.manifest.latent_multiple();
    working_size(canvas, pack.graph.variable(id).size, cell as u32)
}

/// Width and height of a picture in the shape of `canvas` and, about, the area of `side`²: `side`
/// itself for a square, else multiples of `cell`. Shapes are limited to 4:1.
///
/// Keeping the area of the training keeps objects at the size the network knows, whatever the
/// document's resolution.
pub fn working_size(canvas: (u32, u32), side: u32, cell: u32) -> (u32, u32) {
    if canvas.0 == canvas.1 {
        return (side, side);
    }
    let aspect = (f64::from(canvas.0.max(1)) / f64::from(canvas.1.max(1))).clamp(0.25, 4.0);
    let rounded = |length: f64| {
        let cells = (length / f64::from(cell)).round().max(1.0);
        cells as u32 * cell
    };
    (rounded(f64::from(side) * aspect.sqrt()), rounded(f64::from(side) / aspect.sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_document_gives_the_trained_size() {
        assert_eq!(working_size((512, 512), 128, 16), (128, 128));
        assert_eq!(working_size((40, 40), 256, 16), (256, 256));
    }

    #[test]
    fn other_shapes_keep_the_area_and_whole_cells() {
        assert_eq!(working_size((1024, 512), 128, 16), (176, 96));
        assert_eq!(working_size((512, 1024), 128, 16), (96, 176));
        assert_eq!(working_size((10_000, 1), 128, 16), (256, 64), "the shape is limited to 4:1");
    }
}
