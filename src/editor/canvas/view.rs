//! What the canvas shows.

use crate::graph::VariableId;

/// Which maps are shown, and how. View state: it is not part of the document and not undone.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The map below.
    pub base: VariableId,
    /// The map above it.
    pub overlay: Option<VariableId>,
    /// Opacity of the map above, 0 to 1.
    pub opacity: f32,
    /// Shows sketches as dark lines on white, as artists draw, rather than as the model sees them.
    pub sketch_dark_on_light: bool,
    /// Outlines the regions of the segmentation wherever it is shown, also as an overlay of no
    /// opacity: outlines over a sketch would be taken for its lines.
    pub boundaries: bool,
    /// Darkens what is not selected.
    pub dim_outside: bool,
}

impl View {
    /// One map alone.
    pub fn of(base: VariableId) -> Self {
        Self { base, overlay: None, opacity: 0.5, sketch_dark_on_light: true, boundaries: true, dim_outside: false }
    }

    /// Whether the regions of this segmentation are outlined.
    pub fn outlines(&self, segmentation: VariableId) -> bool {
        self.boundaries && (self.base == segmentation || self.overlay == Some(segmentation))
    }

    /// Whether the map is shown, above or below.
    pub fn shows(&self, variable: VariableId) -> bool {
        self.base == variable || self.overlay == Some(variable) && self.opacity > 0.0
    }
}
