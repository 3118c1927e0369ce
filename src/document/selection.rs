//! What is selected: a mask over the document.

use crate::maps::{Plane, Rect};

/// A mask over the document with its bounds. Empty when nothing is selected.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    mask: Option<Plane<bool>>,
    bounds: Rect,
}

impl Selection {
    /// Nothing.
    pub fn none() -> Self {
        Self::default()
    }

    /// The pixels that are `true`.
    pub fn from_mask(mask: Plane<bool>) -> Self {
        let mut bounds = Rect::default();
        for y in 0..mask.height() {
            for x in 0..mask.width() {
                if mask.at(x, y) {
                    bounds = bounds.union(&Rect::new(x as i32, y as i32, x as i32 + 1, y as i32 + 1));
                }
            }
        }
        if bounds.is_empty() { Self::none() } else { Self { mask: Some(mask), bounds } }
    }

    /// Whether nothing is selected.
    pub fn is_empty(&self) -> bool {
        self.mask.is_none()
    }

    /// Whether the pixel is selected.
    pub fn contains(&self, x: i32, y: i32) -> bool {
        self.bounds.contains(x, y) && self.mask.as_ref().is_some_and(|m| m.get(x, y) == Some(true))
    }

    /// Bounding box, empty when nothing is selected.
    pub fn bounds(&self) -> Rect {
        self.bounds
    }

    /// The mask, document-sized, if anything is selected.
    pub fn mask(&self) -> Option<&Plane<bool>> {
        self.mask.as_ref()
    }
}
