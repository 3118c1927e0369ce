//! Diameters of brushes: one for each kind of map, as a line wants another than a mountain.

use serde::{Deserialize, Serialize};

use super::Tool;
use crate::graph::VariableKind;

/// Smallest diameter of a brush in document pixels.
pub const MIN_SIZE: f32 = 1.0;
/// Largest diameter of a brush in document pixels.
pub const MAX_SIZE: f32 = 512.0;

/// Diameters in document pixels, [`MIN_SIZE`] to [`MAX_SIZE`]: of what paints, and of the eraser,
/// which wipes more than a line at a time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BrushSizes {
    paint: Diameters,
    erase: Diameters,
}

/// A diameter for each kind of map that is painted on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Diameters {
    classes: f32,
    depth: f32,
    sketch: f32,
    image: f32,
}

impl Default for Diameters {
    fn default() -> Self {
        Self { classes: 24.0, depth: 48.0, sketch: 4.0, image: 16.0 }
    }
}

impl Default for BrushSizes {
    fn default() -> Self {
        Self { paint: Diameters::default(), erase: Diameters { sketch: 16.0, image: 24.0, ..Diameters::default() } }
    }
}

impl BrushSizes {
    /// The diameter of `tool` on a map of `kind`.
    pub fn of(mut self, tool: Tool, kind: VariableKind) -> f32 {
        *self.at(tool, kind)
    }

    /// The same, to change. Kinds that no brush paints on share that of the image.
    pub fn at(&mut self, tool: Tool, kind: VariableKind) -> &mut f32 {
        let of = if tool == Tool::Eraser { &mut self.erase } else { &mut self.paint };
        match kind {
            VariableKind::Classes => &mut of.classes,
            VariableKind::Depth => &mut of.depth,
            VariableKind::Sketch => &mut of.sketch,
            VariableKind::Image | VariableKind::Normal | VariableKind::Pose => &mut of.image,
        }
    }

    /// Next size up (`]`): about a fifth larger, at least a pixel.
    pub fn grow(&mut self, tool: Tool, kind: VariableKind) {
        let size = self.at(tool, kind);
        *size = (*size + (*size * 0.2).max(1.0)).round().min(MAX_SIZE);
    }

    /// Next size down (`[`).
    pub fn shrink(&mut self, tool: Tool, kind: VariableKind) {
        let size = self.at(tool, kind);
        *size = (*size - (*size / 6.0).max(1.0)).round().max(MIN_SIZE);
    }

    /// These diameters, those of a file written by hand brought within bounds.
    pub fn within_bounds(mut self) -> Self {
        for of in [&mut self.paint, &mut self.erase] {
            for size in [&mut of.classes, &mut of.depth, &mut of.sketch, &mut of.image] {
                *size = size.clamp(MIN_SIZE, MAX_SIZE);
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_the_eraser_have_a_size_of_their_own() {
        let mut sizes = BrushSizes::default();
        let line = sizes.of(Tool::Brush, VariableKind::Sketch);
        assert!(line <= 6.0 && line < sizes.of(Tool::Brush, VariableKind::Classes));
        sizes.grow(Tool::Brush, VariableKind::Classes);
        sizes.shrink(Tool::Eraser, VariableKind::Sketch);
        assert_eq!(sizes.of(Tool::Brush, VariableKind::Sketch), line);
        assert_eq!(sizes.of(Tool::Brush, VariableKind::Classes), 29.0);
        assert_eq!(sizes.of(Tool::Eraser, VariableKind::Sketch), 13.0);
        assert_eq!(sizes.of(Tool::DepthBrush, VariableKind::Depth), 48.0);
    }

    #[test]
    fn sizes_grow_and_shrink_within_bounds() {
        let (tool, kind) = (Tool::Brush, VariableKind::Classes);
        let mut sizes = BrushSizes::default();
        for _ in 0..100 {
            sizes.grow(tool, kind);
        }
        assert_eq!(sizes.of(tool, kind), MAX_SIZE);
        for _ in 0..100 {
            let before = sizes.of(tool, kind);
            sizes.shrink(tool, kind);
            assert!(sizes.of(tool, kind) < before || before == MIN_SIZE);
        }
        assert_eq!(sizes.of(tool, kind), MIN_SIZE);
        sizes.grow(tool, kind);
        assert_eq!(sizes.of(tool, kind), 2.0);
    }

    #[test]
    fn a_file_written_by_hand_cannot_break_it() {
        let text = r#"{"paint": {"classes": 9999, "depth": -4, "sketch": 0, "image": 7}}"#;
        let sizes = serde_json::from_str::<BrushSizes>(text).unwrap().within_bounds();
        assert_eq!(sizes.of(Tool::Brush, VariableKind::Classes), MAX_SIZE);
        assert_eq!(sizes.of(Tool::Brush, VariableKind::Sketch), MIN_SIZE);
        assert_eq!(sizes.of(Tool::Brush, VariableKind::Image), 7.0);
        assert_eq!(sizes.of(Tool::Eraser, VariableKind::Sketch), 16.0, "left out, so as it was");
    }
}
