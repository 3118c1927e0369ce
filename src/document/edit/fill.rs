//! Filling the region under a point with a class.

use super::{EditError, class_index, new_label};
use crate::maps::{ClassTable, Map, region_at};

/// Gives the region under a point (an object, or a connected background) another class.
pub(super) fn fill(map: &Map, x: i32, y: i32, class: &str, classes: &ClassTable) -> Result<Map, EditError> {
    let Map::Segmentation(plane) = map else {
        return Err(EditError("only a segmentation can be filled with a class".into()));
    };
    let class = class_index(classes, class)?;
    let (Some(region), Some(under)) = (region_at(plane, classes, x, y), plane.get(x, y)) else {
        return Err(EditError("there is nothing to fill outside the picture".into()));
    };
    let mut filled = plane.clone();
    if under.class != class {
        let label = new_label(plane, classes, class)?;
        for row in 0..plane.height() {
            for column in (0..plane.width()).filter(|&column| region.at(column, row)) {
                filled.set(column as i32, row as i32, label);
            }
        }
    }
    Ok(Map::Segmentation(filled))
}
