//! The size a factor works at for a document's shape.

/// Width and height, in pixels, of the picture a factor trained at `side`² samples for a document
/// of `canvas`: the shape of the document and the area of the training, in multiples of `cell`.
///
/// Keeping the area keeps objects at the size the network knows, whatever the document's resolution.
pub fn working_size(canvas: (u32, u32), side: u32, cell: u32) -> (u32, u32) {
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
