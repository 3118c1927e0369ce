//! What is selected: a mask over the document.

use crate::maps::{Plane, Rect, TILE};

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
        for index in 0..mask.tile_count() {
            let (tile, rect) = mask.tile(index);
            for y in 0..rect.height() as usize {
                let row = &tile[y * TILE as usize..][..rect.width() as usize];
                if let (Some(first), Some(last)) = (row.iter().position(|m| *m), row.iter().rposition(|m| *m)) {
                    let (x, y) = (rect.x0, rect.y0 + y as i32);
                    bounds = bounds.union(&Rect::new(x + first as i32, y, x + last as i32 + 1, y + 1));
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
